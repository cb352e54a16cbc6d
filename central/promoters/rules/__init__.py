"""The pure rules of crediting orders to promoters."""
