import Platform
internal import CZlib

/// A stream of gzip or zlib bytes, decompressed piece by piece.
///
/// Concatenated gzip members are one stream, as in RFC 1952.
final class Inflater {
  enum Failure: Error {
    case corrupt
  }

  /// zlib stores a pointer to this state: its address must not change.
  private let stream: UnsafeMutablePointer<z_stream>
  private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  private(set) var isAtEnd = false

  init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // A window of 15 bits; adding 32 detects gzip and zlib headers.
    let status = inflateInit2_(
      stream, 15 + 32, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib refused to start: \(status)")
  }

  deinit {
    inflateEnd(stream)
    stream.deinitialize(count: 1)
    stream.deallocate()
    output.deallocate()
  }

  /// Decompresses a piece of input and appends the output.
  func inflate(_ input: UnsafeRawBufferPointer, into bytes: inout [UInt8]) throws(Failure) {
    let start = input.assumingMemoryBound(to: UInt8.self).baseAddress
    stream.pointee.next_in = UnsafeMutablePointer(mutating: start)
    stream.pointee.avail_in = UInt32(input.count)
    while stream.pointee.avail_in > 0 {
      if isAtEnd {
        inflateReset(stream)
        isAtEnd = false
      }
      repeat {
        stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(output.count)
        let status = CZlib.inflate(stream, Z_NO_FLUSH)
        if status == Z_STREAM_END {
          isAtEnd = true
        } else if status != Z_OK && status != Z_BUF_ERROR {
          throw .corrupt
        }
        let count = output.count - Int(stream.pointee.avail_out)
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: output[..<count]))
      } while stream.pointee.avail_out == 0 && !isAtEnd
    }
  }
}

/// Whether bytes begin like a gzip member.
func isGzip(_ bytes: UnsafeRawBufferPointer) -> Bool {
  bytes.count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b
}
