"""The proof of the image on a machine without a container engine: the Dockerfile's own steps in a folder, and what runs in it."""
