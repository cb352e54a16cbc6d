"""Drawing of faces: pixels from elements and values, with no I/O. OpenCV stands behind this folder."""
