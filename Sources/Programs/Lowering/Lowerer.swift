import Platform
import CKernels
import Graphs
import Tensors

/// Lowers a graph to steps over buffers.
///
/// 1. A value is a *view*: reshapes, transposes, slices and broadcasts copy nothing until a kernel
///   needs dense memory.
/// 2. Elementwise operations of one shape that feed each other form a *group* that runs as one
///   fused step; a group is emitted when something outside of it first needs one of its values.
/// 3. Values that depend on invariant parameters alone (mainly packed weights) go to the
///   *prologue*, which runs once per `prepare`.
struct Lowerer {
  enum BufferKind {
    case parameter(Int)
    case output(Int)
    case constant(Storage)
    /// Scratch of a number of bytes; a persistent one keeps its offset for the whole program.
    case scratch(bytes: Int, persistent: Bool)
  }

  let graph: Graph
  let accumulating: Set<Int>
  var buffers: [BufferKind] = []
  var prologue: [Step] = []
  var body: [Step] = []
  var customs: [CustomCall] = []
  var inputTemplates: [nk_input] = []
  var outputCount = 0

  /// How often a value is used by instructions and outputs.
  var uses: [Int]
  var consumers: [[Int]]
  /// Index of the instruction that computes a value.
  let producers: [Int]
  var views: [View?]
  var isInvariant: [Bool]
  /// Constants whose elements are all equal.
  var splats: [Int: Double] = [:]
  var absorbed: Set<Int> = []
  var groups: [FusionGroup?] = []
  var groupOf: [Int: Int] = [:]
  var packs: [PackKey: Location] = [:]
  /// The value's own output buffer, if it can be computed in place.
  var outputBuffer: [Int: Int] = [:]

  struct CustomCall {
    var operation: any CustomOperation
    var operandTypes: [TensorType]
    var operands: [Location]
    var results: [Location]
  }

  struct PackKey: Hashable {
    var location: Location
    var k, n, rowStride, columnStride: Int
    var isDouble: Bool
  }

  init(_ graph: Graph, invariant: Set<Int>, accumulating: Set<Int>) {
    self.graph = graph
    self.accumulating = accumulating
    uses = Array(repeating: 0, count: graph.types.count)
    consumers = Array(repeating: [], count: graph.types.count)
    views = Array(repeating: nil, count: graph.types.count)
    producers = graph.instructions.enumerated().flatMap { place, instruction in
      instruction.results.map { _ in place }
    }
    isInvariant = Array(repeating: false, count: graph.types.count)
    for (place, instruction) in graph.instructions.enumerated() {
      if case .splat(let value) = instruction.operation {
        splats[instruction.results.lowerBound] = value
      }
      for operand in instruction.operands {
        uses[operand] += 1
        consumers[operand].append(place)
      }
    }
    for output in graph.outputs { uses[output] += 1 }
    for (place, output) in graph.outputs.enumerated() {
      buffers.append(.output(place))
      let isAccumulated = accumulating.contains(place)
      if outputBuffer[output] == nil && (!isAccumulated || uses[output] == 1) {
        outputBuffer[output] = place
      }
    }
    markInvariants(invariant)
    for (place, instruction) in graph.instructions.enumerated() where !absorbed.contains(place) {
      lower(instruction, at: place)
    }
    for group in groups.indices { close(group) }
    copyOutputs()
  }

  private mutating func markInvariants(_ invariant: Set<Int>) {
    for instruction in graph.instructions {
      let fixed: Bool
      switch instruction.operation {
      case .parameter(let number): fixed = invariant.contains(number)
      case .constant, .splat: fixed = true
      case .custom: fixed = false
      default: fixed = instruction.operands.allSatisfy { isInvariant[$0] }
      }
      for result in instruction.results { isInvariant[result] = fixed }
    }
  }

  // MARK: - Buffers

  mutating func makeBuffer(_ kind: BufferKind) -> Int {
    buffers.append(kind)
    return buffers.count - 1
  }

  mutating func makeScratch(_ type: TensorType, invariant: Bool) -> View {
    View(dense: makeBuffer(.scratch(bytes: type.byteCount, persistent: invariant)), type)
  }

  mutating func makeScratch(elements: Int, isDouble: Bool, invariant: Bool) -> Location {
    let bytes = elements * (isDouble ? 8 : 4)
    return Location(
      buffer: Int32(makeBuffer(.scratch(bytes: bytes, persistent: invariant))), offset: 0)
  }

  /// Memory for a value: its output's own buffer if it is an output, otherwise scratch.
  mutating func makeTarget(for value: Int) -> (view: View, accumulate: Bool) {
    if let output = outputBuffer[value], !isInvariant[value] {
      return (View(dense: output, graph.types[value]), accumulating.contains(output))
    }
    return (makeScratch(graph.types[value], invariant: isInvariant[value]), false)
  }

  mutating func emit(_ step: Step, invariant: Bool) {
    if invariant { prologue.append(step) } else { body.append(step) }
  }

  /// The value's view, after emitting the group that contains it.
  mutating func view(of value: Int) -> View {
    if let view = views[value] { return view }
    if let group = groupOf[value] { close(group) }
    return views[value]!
  }

  /// The value's view in dense memory.
  mutating func denseView(of value: Int) -> View {
    let view = view(of: value)
    if view.isDense { return view }
    let dense = materialized(view, invariant: isInvariant[value])
    views[value] = dense
    return dense
  }

  mutating func materialized(_ view: View, invariant: Bool) -> View {
    let target = makeScratch(view.type, invariant: invariant)
    emitCopy(view, to: target, invariant: invariant)
    return target
  }

  mutating func emitCopy(_ source: View, to target: View, invariant: Bool) {
    let (sizes, strides) = View.collapse(source.shape, [source.strides, target.strides])
    if sizes.contains(0) { return }
    precondition(sizes.count <= 8, "a copy over more than 8 axes: \(source.shape)")
    emit(
      .copy(
        CopyStep(
          isDouble: source.scalar == .float64, source: source.location, target: target.location,
          rank: sizes.count, layout: .copy(of: strides[0] + strides[1] + sizes))),
      invariant: invariant)
  }

  /// Outputs that are stored elsewhere are copied (or added) to their memory at the end.
  private mutating func copyOutputs() {
    for (place, value) in graph.outputs.enumerated() {
      let source = view(of: value)
      if source.buffer == place && source.offset == 0 { continue }
      let target = View(dense: place, graph.types[value])
      if accumulating.contains(place) {
        emitAddition(of: source, to: target)
      } else {
        emitCopy(source, to: target, invariant: false)
      }
    }
  }
}

extension UnsafeMutableBufferPointer where Element: BitwiseCopyable {
  /// Allocated memory with these elements; the owner frees it.
  static func copy(of elements: [Element]) -> Self {
    let memory = Self.allocate(capacity: elements.count)
    _ = memory.initialize(from: elements)
    return memory
  }
}
