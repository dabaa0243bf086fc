# Makes all_types.safetensors with the Python library (written with safetensors 0.8.0):
#   python all_types.py > all_types.safetensors
import ctypes
import struct
import sys

from safetensors import TensorSpec, serialize

keep = []


def tensor(dtype, shape, data):
    buffer = ctypes.create_string_buffer(data, max(1, len(data)))
    keep.append(buffer)
    return TensorSpec(dtype=dtype, shape=shape, data_ptr=ctypes.addressof(buffer), data_len=len(data))


sys.stdout.buffer.write(
    serialize(
        {
            "z.f64": tensor("float64", [2], struct.pack("<2d", 1.5, -0.1)),
            "b.f32": tensor("float32", [2, 1], struct.pack("<2f", 1.5, -0.1)),
            "a.f32": tensor("float32", [], struct.pack("<f", 3)),
            "f16": tensor("float16", [3], bytes.fromhex("003c00fc0100")),
            "bf16": tensor("bfloat16", [2], bytes.fromhex("803fc07f")),
            "i64": tensor("int64", [1], struct.pack("<q", -2)),
            "u64": tensor("uint64", [1], struct.pack("<Q", 2)),
            "i32": tensor("int32", [1, 1, 1], struct.pack("<i", -3)),
            "u32": tensor("uint32", [1], struct.pack("<I", 4000000000)),
            "i16": tensor("int16", [1], struct.pack("<h", -4)),
            "u16": tensor("uint16", [1], struct.pack("<H", 65535)),
            "i8": tensor("int8", [3], struct.pack("<3b", -1, 0, 1)),
            "u8": tensor("uint8", [2], b"\x00\xff"),
            "bool": tensor("bool", [3], b"\x00\x01\x01"),
            "empty": tensor("float32", [0, 5], b""),
            'na\u00efve "q"': tensor("float32", [1], struct.pack("<f", 7)),
        },
        {"format": "pt"},
    )
)
