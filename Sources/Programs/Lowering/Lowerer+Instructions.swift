import CKernels
import Graphs
import Tensors

extension Lowerer {
  mutating func lower(_ instruction: Graph.Instruction, at place: Int) {
    let result = instruction.results.lowerBound
    let operands = instruction.operands
    let type = graph.types[result]
    switch instruction.operation {
    case .parameter(let number):
      views[result] = View(dense: makeBuffer(.parameter(number)), type)
    case .constant(let storage):
      views[result] = View(dense: makeBuffer(.constant(storage)), type)
    case .splat(let value):
      lowerSplat(value, result)
    case .unary, .binary, .compare, .select:
      join(instruction, at: place)
    case .stopGradient:
      views[result] = view(of: operands[0])
    case .reshape:
      views[result] = denseIfNeeded(operands[0]) { $0.reshaped(type.shape) }
    case .broadcast:
      views[result] = view(of: operands[0]).broadcast(to: type.shape)
    case .transpose(let permutation):
      views[result] = view(of: operands[0]).transposed(permutation)
    case .slice(let start, let stride):
      views[result] = view(of: operands[0]).sliced(start: start, stride: stride, to: type.shape)
    case .pad(let low, _, let interior):
      lowerPad(operands[0], low: low, interior: interior, result)
    case .concatenate(let axis):
      lowerConcatenate(operands, axis: axis, result)
    case .reduce(let reduction, let axes):
      lowerReduce(operands[0], reduction, axes: axes, result)
    case .matrixMultiply(let left, let right):
      lowerMultiply(instruction, transposeLeft: left, transposeRight: right)
    case .convolution(let convolution):
      lowerConvolution(convolution, operands, result)
    case .gather:
      lowerGather(source: operands[0], indices: operands[1], result)
    case .scatterAdd:
      lowerScatter(indices: operands[0], rows: operands[1], result)
    case .convert:
      let source = denseView(of: operands[0])
      let target = makeScratch(type, invariant: isInvariant[result])
      emit(
        .convert(
          ConvertStep(
            sourceIsDouble: source.scalar == .float64, source: source.location,
            target: target.location, count: type.count)), invariant: isInvariant[result])
      views[result] = target
    case .custom(let operation):
      lowerCustom(operation, instruction)
    }
  }

  private mutating func denseIfNeeded(_ value: Int, _ change: (View) -> View?) -> View {
    if let view = change(view(of: value)) { return view }
    return change(denseView(of: value))!
  }

  private mutating func lowerSplat(_ value: Double, _ result: Int) {
    let type = graph.types[result]
    // One element, repeated by strides of 0. Fused groups read the number itself (see `FusionGroup`).
    let storage =
      type.scalar == .float32
      ? Storage([Float(value)], shape: []) : Storage([value], shape: [])
    let scalar = View(dense: makeBuffer(.constant(storage)), TensorType([], type.scalar))
    views[result] = scalar.broadcast(to: type.shape)
  }

  private mutating func lowerPad(_ operand: Int, low: [Int], interior: [Int], _ result: Int) {
    let type = graph.types[result]
    let invariant = isInvariant[result]
    let source = view(of: operand)
    let target = makeScratch(type, invariant: invariant)
    emit(
      .fill(
        FillStep(
          isDouble: type.scalar == .float64, value: 0, target: target.location, count: type.count)),
      invariant: invariant)
    let inner = target.sliced(start: low, stride: interior.map { $0 + 1 }, to: source.shape)
    emitCopy(source, to: inner, invariant: invariant)
    views[result] = target
  }

  private mutating func lowerConcatenate(_ operands: [Int], axis: Int, _ result: Int) {
    let invariant = isInvariant[result]
    let sources = operands.map { view(of: $0) }
    let target = makeScratch(graph.types[result], invariant: invariant)
    var start = [Int](repeating: 0, count: target.shape.count)
    let unit = [Int](repeating: 1, count: target.shape.count)
    for source in sources {
      emitCopy(
        source, to: target.sliced(start: start, stride: unit, to: source.shape),
        invariant: invariant)
      start[axis] += source.shape[axis]
    }
    views[result] = target
  }

  /// Reduces runs of adjacent axes, the last run first.
  private mutating func lowerReduce(
    _ operand: Int, _ reduction: Reduction, axes: [Int], _ result: Int
  ) {
    var current = denseView(of: operand)
    let invariant = isInvariant[result]
    var remaining = axes.sorted()
    while let last = remaining.popLast() {
      var first = last
      while remaining.last == first - 1 { first = remaining.removeLast() }
      let outer = current.shape[..<first].reduce(1, *)
      let inner = current.shape[(last + 1)...].reduce(1, *)
      let count = current.shape[first...last].reduce(1, *)
      let shape = Array(current.shape[..<first] + current.shape[(last + 1)...])
      let type = TensorType(shape, current.scalar)
      let isFinal = remaining.isEmpty
      let (target, accumulate) =
        isFinal && reduction == .sum
        ? makeTarget(for: result) : (makeScratch(type, invariant: invariant), false)
      emit(
        .reduce(
          ReduceStep(
            isDouble: current.scalar == .float64, isMaximum: reduction == .maximum,
            source: current.location, outer: outer, count: count, inner: inner,
            accumulate: accumulate, target: target.location)), invariant: invariant)
      current = target
    }
    views[result] = current
  }

  private mutating func lowerGather(source: Int, indices: Int, _ result: Int) {
    let (s, i) = (denseView(of: source), denseView(of: indices))
    let invariant = isInvariant[result]
    let target = makeScratch(graph.types[result], invariant: invariant)
    emit(
      .gather(
        GatherStep(
          isDouble: s.scalar == .float64, source: s.location, indices: i.location,
          target: target.location, rows: s.shape[0], count: i.count,
          width: s.shape.dropFirst().reduce(1, *))), invariant: invariant)
    views[result] = target
  }

  private mutating func lowerScatter(indices: Int, rows: Int, _ result: Int) {
    let (i, r) = (denseView(of: indices), denseView(of: rows))
    let invariant = isInvariant[result]
    let target = makeScratch(graph.types[result], invariant: invariant)
    emit(
      .scatterAdd(
        GatherStep(
          isDouble: r.scalar == .float64, source: r.location, indices: i.location,
          target: target.location, rows: target.shape[0], count: i.count,
          width: r.shape.dropFirst().reduce(1, *))), invariant: invariant)
    views[result] = target
  }

  private mutating func lowerCustom(
    _ operation: any CustomOperation, _ instruction: Graph.Instruction
  ) {
    let operands = instruction.operands.map { denseView(of: $0) }
    let results = instruction.results.map { makeScratch(graph.types[$0], invariant: false) }
    for (value, view) in zip(instruction.results, results) { views[value] = view }
    customs.append(
      CustomCall(
        operation: operation, operandTypes: operands.map(\.type),
        operands: operands.map(\.location), results: results.map(\.location)))
    emit(.custom(customs.count - 1), invariant: false)
  }
}
