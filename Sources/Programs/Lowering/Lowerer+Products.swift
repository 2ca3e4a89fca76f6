import Platform
import CKernels
import Graphs
import Tensors

extension Lowerer {
  mutating func lowerMultiply(
    _ instruction: Graph.Instruction, transposeLeft: Bool, transposeRight: Bool
  ) {
    var result = instruction.results.lowerBound
    let rank = graph.types[result].rank
    let left = matrices(instruction.operands[0], transposed: transposeLeft)
    let right = matrices(instruction.operands[1], transposed: transposeRight)
    let (m, k, n) = (left.shape[rank - 2], left.shape[rank - 1], right.shape[rank - 1])
    let isDouble = left.scalar == .float64
    let invariant = isInvariant[result]

    var bias: Location?
    var activation = nk_identity
    if let absorbedBias = absorbBias(of: result, columns: n) {
      bias = absorbedBias.location
      result = absorbedBias.value
      if let absorbedActivation = absorbActivation(of: result) {
        activation = absorbedActivation.activation
        result = absorbedActivation.value
      }
    }
    let (target, accumulate) = makeTarget(for: result)
    for offset in batchOffsets(left, right, target) {
      let packed = pack(
        right, offset: offset.right, k: k, n: n, isDouble: isDouble,
        invariant: isInvariant[instruction.operands[1]])
      var a = left.location
      a.offset += offset.left * left.scalar.byteCount
      var c = target.location
      c.offset += offset.target * target.scalar.byteCount
      emit(
        .multiply(
          MultiplyStep(
            isDouble: isDouble, m: m, n: n, k: k, left: a, rowStride: left.strides[rank - 2],
            columnStride: left.strides[rank - 1], packed: packed, bias: bias,
            activation: activation, accumulate: accumulate, target: c)), invariant: invariant)
    }
    views[result] = target
  }

  /// A view whose last two axes are the matrix `op(x)`; one of its strides is 1, as the kernel
  /// requires.
  private mutating func matrices(_ value: Int, transposed: Bool) -> View {
    let rank = graph.types[value].rank
    var view = view(of: value)
    if !view.strides.suffix(2).contains(1) && view.shape.suffix(2).allSatisfy({ $0 > 1 }) {
      view = denseView(of: value)
    }
    guard transposed else { return view }
    return view.transposed(Array(0..<rank - 2) + [rank - 1, rank - 2])
  }

  private func batchOffsets(
    _ left: View, _ right: View, _ target: View
  ) -> [(left: Int, right: Int, target: Int)] {
    let batch = Array(target.shape.dropLast(2))
    var offsets = [(left: 0, right: 0, target: 0)]
    for axis in batch.indices {
      offsets = offsets.flatMap { base in
        (0..<batch[axis]).map { i in
          (
            base.left + i * left.strides[axis], base.right + i * right.strides[axis],
            base.target + i * target.strides[axis]
          )
        }
      }
    }
    return offsets
  }

  /// The packed right operand, packed once for all its uses.
  mutating func pack(
    _ view: View, offset: Int, k: Int, n: Int, isDouble: Bool, invariant: Bool
  ) -> Location {
    var source = view.location
    source.offset += offset * view.scalar.byteCount
    let rank = view.shape.count
    let key = PackKey(
      location: source, k: k, n: n, rowStride: view.strides[rank - 2],
      columnStride: view.strides[rank - 1], isDouble: isDouble)
    if let known = packs[key] { return known }
    let count = isDouble ? nk_packed_count_f64(k, n) : nk_packed_count_f32(k, n)
    let target = makeScratch(elements: Int(count), isDouble: isDouble, invariant: invariant)
    emit(
      .pack(
        PackStep(
          isDouble: isDouble, k: k, n: n, source: source, rowStride: key.rowStride,
          columnStride: key.columnStride, target: target)), invariant: invariant)
    packs[key] = target
    return target
  }

  // MARK: - Operations fused into a product

  /// The sum with a bias that is the only use of the product, if the bias is already computed.
  private mutating func absorbBias(
    of value: Int, columns: Int
  ) -> (location: Location, value: Int)? {
    guard uses[value] == 1, let place = consumers[value].first,
      case .binary(.add) = graph.instructions[place].operation
    else { return nil }
    let sum = graph.instructions[place]
    let other = sum.operands[0] == value ? sum.operands[1] : sum.operands[0]
    guard let bias = availableView(other), bias.strides.last == 1 || columns == 1,
      bias.shape.dropLast().indices.allSatisfy({ bias.strides[$0] == 0 || bias.shape[$0] == 1 }),
      isInvariant[value] == isInvariant[sum.results.lowerBound]
    else { return nil }
    absorbed.insert(place)
    return (bias.location, sum.results.lowerBound)
  }

  /// The view of a value that needs no step: it is already computed, or is another shape of a
  /// computed one.
  private mutating func availableView(_ value: Int) -> View? {
    if let view = views[value] { return view }
    let instruction = graph.instructions[producers[value]]
    guard let operand = instruction.operands.first else { return nil }
    let shape = graph.types[value].shape
    switch instruction.operation {
    case .broadcast: views[value] = availableView(operand)?.broadcast(to: shape)
    case .reshape: views[value] = availableView(operand)?.reshaped(shape)
    default: break
    }
    return views[value]
  }

  private mutating func absorbActivation(
    of value: Int
  ) -> (activation: nk_activation, value: Int)? {
    guard uses[value] == 1, let place = consumers[value].first,
      case .unary(let function) = graph.instructions[place].operation
    else { return nil }
    let activation: nk_activation
    switch function {
    case .tanh: activation = nk_activation_tanh
    case .sigmoid: activation = nk_activation_sigmoid
    case .softplus: activation = nk_activation_softplus
    default: return nil
    }
    absorbed.insert(place)
    return (activation, graph.instructions[place].results.lowerBound)
  }

  // MARK: - Convolution

  mutating func lowerConvolution(_ convolution: Convolution, _ operands: [Int], _ result: Int) {
    let isDouble = graph.types[result].scalar == .float64
    let invariant = isInvariant[result]
    let (first, second) = (denseView(of: operands[0]), denseView(of: operands[1]))
    let patch = convolution.kernel[0] * convolution.kernel[1] * convolution.kernel[2]
    let channels = convolution.kernel[3]
    let output = convolution.output
    let positions = output[1] * output[2]
    var step = ConvolveStep(
      isDouble: isDouble, kind: .forward, batch: convolution.image[0],
      height: convolution.image[1], width: convolution.image[2], channels: convolution.image[3],
      kernelHeight: convolution.kernel[0], kernelWidth: convolution.kernel[1],
      stride: convolution.stride, padding: convolution.padding, outHeight: output[1],
      outWidth: output[2], outChannels: channels, left: first.location, right: second.location,
      columns: makeScratch(elements: positions * patch, isDouble: isDouble, invariant: invariant),
      packed: Location(buffer: 0, offset: 0), target: Location(buffer: 0, offset: 0))
    switch convolution.kind {
    case .forward:
      guard let kernel = second.reshaped([patch, channels]) else { preconditionFailure() }
      step.right = pack(
        kernel, offset: 0, k: patch, n: channels, isDouble: isDouble,
        invariant: isInvariant[operands[1]])
    case .inputGradient:
      step.kind = .inputGradient
      guard let kernel = first.reshaped([patch, channels])?.transposed([1, 0]) else {
        preconditionFailure()
      }
      step.left = second.location
      step.right = pack(
        kernel, offset: 0, k: channels, n: patch, isDouble: isDouble,
        invariant: isInvariant[operands[0]])
    case .kernelGradient:
      step.kind = .kernelGradient
      let count =
        isDouble
        ? nk_packed_count_f64(positions, channels) : nk_packed_count_f32(positions, channels)
      step.packed = makeScratch(elements: Int(count), isDouble: isDouble, invariant: invariant)
    }
    let target = makeScratch(graph.types[result], invariant: invariant)
    step.target = target.location
    emit(.convolve(step), invariant: invariant)
    views[result] = target
  }
}
