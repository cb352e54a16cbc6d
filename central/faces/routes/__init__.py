"""Faces over HTTP."""

from central.faces.routes import faces, offsets, pictures, prints

OPERATIONS = (*faces.OPERATIONS, *pictures.OPERATIONS, *prints.OPERATIONS, *offsets.OPERATIONS)
