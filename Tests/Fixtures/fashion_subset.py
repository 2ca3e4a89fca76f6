"""Cuts a small part out of Fashion-MNIST: 1,500 training and 500 test images, as gzipped IDX files.

Usage: python3 fashion_subset.py FOLDER   (the four files of the data set, as `Scripts/fetch-fashion-mnist`
leaves them, or the Debian package dataset-fashion-mnist)

Fashion-MNIST is by Han Xiao, Kashif Rasul and Roland Vollgraf, (c) 2017 Zalando SE, MIT licence: see
fashion-mnist/LICENSE. Only Python's standard library is used; the same files come out every time.
"""

import gzip
import os
import random
import struct
import sys

SEED = 20170825


def read(path):
    with gzip.open(path) as file:
        data = file.read()
    rank = data[3]
    shape = struct.unpack(">" + "I" * rank, data[4 : 4 + 4 * rank])
    return shape, data[4 + 4 * rank :]


def write(path, shape, data):
    head = bytes([0, 0, 8, len(shape)]) + struct.pack(">" + "I" * len(shape), *shape)
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write(head + data)


def main(source):
    target = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fashion-mnist")
    os.makedirs(target, exist_ok=True)
    for part, count in (("train", 1500), ("t10k", 500)):
        images = f"{part}-images-idx3-ubyte.gz"
        labels = f"{part}-labels-idx1-ubyte.gz"
        shape, pixels = read(os.path.join(source, images))
        _, classes = read(os.path.join(source, labels))
        size = shape[1] * shape[2]
        rows = sorted(random.Random(SEED).sample(range(shape[0]), count))
        write(
            os.path.join(target, images),
            (count,) + shape[1:],
            b"".join(pixels[row * size : (row + 1) * size] for row in rows),
        )
        write(os.path.join(target, labels), (count,), bytes(classes[row] for row in rows))


main(sys.argv[1])
