/// Assigns scratch buffers to one arena so that no two live ones overlap.
///
/// A buffer lives from the first to the last step that mentions it. First fit over the buffers in
/// order of their first use; persistent buffers (made by the prologue) live throughout.
package struct BufferPlan {
  package struct Request {
    package var buffer: Int
    package var bytes: Int
    package var first: Int
    package var last: Int

    package init(buffer: Int, bytes: Int, first: Int, last: Int) {
      self.buffer = buffer
      self.bytes = bytes
      self.first = first
      self.last = last
    }
  }

  package private(set) var offsets: [Int: Int] = [:]
  package private(set) var byteCount = 0

  package init(_ requests: [Request]) {
    var live: [(offset: Int, end: Int, last: Int)] = []
    for request in requests.sorted(by: { ($0.first, $0.buffer) < ($1.first, $1.buffer) }) {
      live.removeAll { $0.last < request.first }
      live.sort { $0.offset < $1.offset }
      let size = max(64, (request.bytes + 63) / 64 * 64)
      var offset = 0
      for other in live {
        if other.offset - offset >= size { break }
        offset = max(offset, other.end)
      }
      live.append((offset, offset + size, request.last))
      offsets[request.buffer] = offset
      byteCount = max(byteCount, offset + size)
    }
  }
}
