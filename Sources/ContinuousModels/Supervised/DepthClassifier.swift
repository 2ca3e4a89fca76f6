public import NumericCore
public import Adjoints
public import Integrators
public import NeuralNets
public import Tensors

/// A classifier of vectors: linear stem or none, augmentation, depth, linear head.
///
/// Shapes: `[batch, features]` → logits `[batch, classes]`.
public struct DenseClassifier: TensorTree {
  /// `nil` for the depth begins at the features themselves.
  public var stem: Linear?
  /// What is added to the stem's features.
  public var augmentation: Augmentation
  /// Residual blocks, or a field.
  public var depth: Depth<DenseBlock>
  /// The linear map from the last state to the logits.
  public var head: Linear

  /// Six residual blocks with separate weights, or `blocks` of them.
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

  /// A classifier of given parts.
  public init(
    stem: Linear?, augmentation: Augmentation = .none, depth: Depth<DenseBlock>, head: Linear
  ) {
    self.stem = stem
    self.augmentation = augmentation
    self.depth = depth
    self.head = head
  }

  /// The state at depth 0, `[batch, state]`.
  public func start(_ x: Tensor) -> Tensor { augmentation(stem.map { $0(x) } ?? x) }

  /// Logits, `[batch, classes]`.
  public func callAsFunction(_ x: Tensor) -> Tensor { head(depth(start(x))) }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("stem", &stem)
    visitor("augmentation", &augmentation)
    visitor("depth", &depth)
    visitor("head", &head)
  }
}

/// A classifier of images: strided convolutional stem, augmentation, depth, norm, global average and linear head.
///
/// Shapes: `[batch, height, width, channels]` → logits `[batch, classes]`.
public struct ImageClassifier: TensorTree {
  /// The strided convolutions before the depth.
  public var stem: [Convolution2D]
  /// The group norms between them.
  public var stemNorms: [GroupNorm]
  /// Adds channels to those of the stem.
  public var augmentation: Augmentation
  /// Residual blocks, or a field.
  public var depth: Depth<ConvolutionalBlock>
  /// The group norm after the depth.
  public var norm: GroupNorm
  /// The linear map from the averaged channels to the logits.
  public var head: Linear

  /// The smallest number of rows and columns of pixels with at least one after the stem.
  public static let smallestSide = 6

  /// The number of rows or columns of pixels after the stem.
  public static func sideAfterStem(_ side: Int) -> Int {
    [(3, 1, 0), (4, 2, 1), (4, 2, 1)].reduce(side) { side, layer in
      (side + 2 * layer.2 - layer.0) / layer.1 + 1
    }
  }

  /// Groups of `channels / 32` channels, rounded down, or of one channel if that is 0 or not a
  /// divisor.
  public static func groups(of channels: Int) -> Int {
    let size = max(1, channels / 32)
    return channels.isMultiple(of: size) ? channels / size : channels
  }

  /// Strided convolutions halve the image twice after the first; then `depth`.
  ///
  /// - Parameters:
  ///   - groups: of all norms; `nil` for of `channels / 32` channels each, or of one.
  ///   - depth: of the groups of a state's channels, from a key.
  public init(
    inputChannels: Int, channels: Int, classes: Int, augmentation: Augmentation = .none,
    groups: Int? = nil, key: RandomKey,
    depth: (_ groups: Int, _ key: RandomKey) -> Depth<ConvolutionalBlock>
  ) {
    let state = augmentation.width(of: channels)
    let stateGroups = groups ?? Self.groups(of: state)
    let keys = key.split(5)
    stem = [
      Convolution2D(inputChannels, channels, kernel: 3, key: keys[0]),
      Convolution2D(channels, channels, kernel: 4, stride: 2, padding: 1, key: keys[1]),
      Convolution2D(channels, channels, kernel: 4, stride: 2, padding: 1, key: keys[2]),
    ]
    let stemGroups = groups ?? Self.groups(of: channels)
    stemNorms = (0..<2).map { _ in GroupNorm(groups: stemGroups, channels: channels) }
    self.augmentation = augmentation
    self.depth = depth(stateGroups, keys[3])
    norm = GroupNorm(groups: stateGroups, channels: state)
    head = Linear(state, classes, key: keys[4])
  }

  /// The state at depth 0, `[batch, height, width, state]`.
  public func start(_ image: Tensor) -> Tensor {
    var h = stem[0](image)
    for (norm, convolution) in zip(stemNorms, stem.dropFirst()) { h = convolution(relu(norm(h))) }
    return augmentation(h)
  }

  /// Logits, `[batch, classes]`.
  public func callAsFunction(_ image: Tensor) -> Tensor {
    head(relu(norm(depth(start(image)))).mean([1, 2]))
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("stem", &stem)
    visitor("stemNorms", &stemNorms)
    visitor("augmentation", &augmentation)
    visitor("depth", &depth)
    visitor("norm", &norm)
    visitor("head", &head)
  }
}
