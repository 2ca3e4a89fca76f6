/// Memory that is handed out in order and taken back all at once; what it has once held it keeps.
final class Arena {
  private static let alignment = 64
  private static let firstBlock = 1 << 16

  private var blocks: [UnsafeMutableRawBufferPointer] = []
  private var block = 0
  private var offset = 0
  /// Bytes in full blocks before the current one.
  private var bytesBefore = 0

  struct Mark {
    var block, offset, bytesBefore: Int
  }

  init() {}

  deinit {
    for block in blocks { block.deallocate() }
  }

  /// Bytes handed out.
  var byteCount: Int { bytesBefore + offset }

  var mark: Mark { Mark(block: block, offset: offset, bytesBefore: bytesBefore) }

  func rewind(to mark: Mark) {
    block = mark.block
    offset = mark.offset
    bytesBefore = mark.bytesBefore
  }

  /// Takes everything back; several blocks become one.
  func reset() {
    if blocks.count > 1 {
      let total = blocks.reduce(0) { $0 + $1.count }
      for block in blocks { block.deallocate() }
      blocks = [.allocate(byteCount: total, alignment: Arena.alignment)]
    }
    rewind(to: Mark(block: 0, offset: 0, bytesBefore: 0))
  }

  /// Uninitialized memory for numbers, aligned to cache lines.
  func allocate<Element: BitwiseCopyable>(
    _ type: Element.Type, _ count: Int
  ) -> UnsafeMutablePointer<Element> {
    let mask = Arena.alignment - 1
    let size = (count * MemoryLayout<Element>.stride + mask) & ~mask
    if blocks.isEmpty || offset + size > blocks[block].count { nextBlock(for: size) }
    defer { offset += size }
    return (blocks[block].baseAddress! + offset).bindMemory(to: type, capacity: count)
  }

  private func nextBlock(for size: Int) {
    bytesBefore += offset
    offset = 0
    if !blocks.isEmpty { block += 1 }
    while block < blocks.count && blocks[block].count < size { block += 1 }
    if block >= blocks.count {
      let largest = blocks.last?.count ?? Arena.firstBlock / 2
      blocks.append(
        .allocate(byteCount: max(2 * largest, size), alignment: Arena.alignment))
      block = blocks.count - 1
    }
  }
}
