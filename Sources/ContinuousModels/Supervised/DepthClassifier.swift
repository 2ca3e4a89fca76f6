public import Adjoints
public import Integrators
public import NeuralNets
public import NumericCore
public import Tensors

/// A classifier of vectors: linear stem, depth, linear head.
///
/// Shapes: `[batch, features]` → logits `[batch, classes]`.
public struct DenseClassifier: TensorTree {
  public var stem: Linear
  public var depth: Depth<DenseBlock>
  public var head: Linear

  /// Six residual blocks with weights of their own, or as many as `blocks` says.
  public static func resNet(
    features: Int, width: Int, classes: Int, blocks: Int = 6, key: RandomKey
  ) -> DenseClassifier {
    let keys = key.split(3)
    let stack = keys[1].split(blocks).map {
      DenseBlock(width: width, hidden: width, takesTime: false, key: $0)
    }
    return .init(
      stem: Linear(features, width, key: keys[0]), depth: .residual(stack),
      head: Linear(width, classes, key: keys[2]))
  }

  /// One block as a field over `t ∈ [0, time]`.
  public static func odeNet(
    features: Int, width: Int, classes: Int, time: Double = 6, solver: ODESolver,
    adjoint: Adjoint = .discrete, key: RandomKey
  ) -> DenseClassifier {
    let keys = key.split(3)
    let block = DenseBlock(width: width, hidden: width, takesTime: true, key: keys[1])
    return .init(
      stem: Linear(features, width, key: keys[0]),
      depth: .continuous(Flow(of: block, solver: solver, adjoint: adjoint), time: time),
      head: Linear(width, classes, key: keys[2]))
  }

  public init(stem: Linear, depth: Depth<DenseBlock>, head: Linear) {
    self.stem = stem
    self.depth = depth
    self.head = head
  }

  public func callAsFunction(_ x: Tensor) -> Tensor { head(depth(stem(x))) }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("stem", &stem)
    visitor("depth", &depth)
    visitor("head", &head)
  }
}

/// A classifier of images: strided convolutional stem, depth, norm, global average and linear head.
///
/// Shapes: `[batch, height, width, channels]` → logits `[batch, classes]`.
public struct ImageClassifier: TensorTree {
  public var stem: [Convolution2D]
  public var stemNorms: [GroupNorm]
  public var depth: Depth<ConvolutionalBlock>
  public var norm: GroupNorm
  public var head: Linear

  /// The fewest rows and columns of pixels that leave one after the stem.
  public static let smallestSide = 6

  /// Rows or columns of pixels that the stem leaves of so many.
  public static func sideAfterStem(_ side: Int) -> Int {
    [(3, 1, 0), (4, 2, 1), (4, 2, 1)].reduce(side) { side, layer in
      (side + 2 * layer.2 - layer.0) / layer.1 + 1
    }
  }

  /// Groups of `channels / 32` channels, rounded down, or of one where that is 0 or leaves a rest.
  static func groups(of channels: Int) -> Int {
    let size = max(1, channels / 32)
    return channels.isMultiple(of: size) ? channels / size : channels
  }

  /// Strided convolutions halve the image twice after the first; then `depth`.
  ///
  /// - Parameter groups: of all norms; nil: of `channels / 32` channels each, or of one.
  public init(
    inputChannels: Int, channels: Int, classes: Int, groups: Int? = nil, key: RandomKey,
    depth: (_ groups: Int, _ key: RandomKey) -> Depth<ConvolutionalBlock>
  ) {
    let groups = groups ?? Self.groups(of: channels)
    let keys = key.split(5)
    stem = [
      Convolution2D(inputChannels, channels, kernel: 3, key: keys[0]),
      Convolution2D(channels, channels, kernel: 4, stride: 2, padding: 1, key: keys[1]),
      Convolution2D(channels, channels, kernel: 4, stride: 2, padding: 1, key: keys[2]),
    ]
    stemNorms = (0..<2).map { _ in GroupNorm(groups: groups, channels: channels) }
    self.depth = depth(groups, keys[3])
    norm = GroupNorm(groups: groups, channels: channels)
    head = Linear(channels, classes, key: keys[4])
  }

  public func callAsFunction(_ image: Tensor) -> Tensor {
    var h = stem[0](image)
    for (norm, convolution) in zip(stemNorms, stem.dropFirst()) { h = convolution(relu(norm(h))) }
    h = relu(norm(depth(h))).mean([1, 2])
    return head(h)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("stem", &stem)
    visitor("stemNorms", &stemNorms)
    visitor("depth", &depth)
    visitor("norm", &norm)
    visitor("head", &head)
  }
}
