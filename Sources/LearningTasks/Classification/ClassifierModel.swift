import NumericCore
import Adjoints
package import ContinuousModels
import Integrators
import NeuralNets
package import Tensors

/// A classifier of table rows or of images.
///
/// Shapes: `[batch, features]` or `[batch, height, width, channels]` → logits `[batch, classes]`.
package enum ClassifierModel: TensorTree {
  case dense(DenseClassifier)
  case image(ImageClassifier)
  case evolving(EvolvingClassifier)

  package func callAsFunction(_ input: Tensor) -> Tensor {
    switch self {
    case .dense(let model): model(input)
    case .image(let model): model(input)
    case .evolving(let model): model(input)
    }
  }

  /// The states at depth 0, and their images after a forward and a backward solve; `nil` for a
  /// stack of blocks.
  ///
  /// Shapes: both `[batch, …]`.
  func roundTrip(_ input: Tensor) -> (start: Tensor, back: Tensor)? {
    let (start, back): (Tensor, Tensor?) =
      switch self {
      case .dense(let model): (model.start(input), model.depth.roundTrip(model.start(input)))
      case .image(let model): (model.start(input), model.depth.roundTrip(model.start(input)))
      case .evolving(let model): (model.start(input), model.roundTrip(model.start(input)))
      }
    return back.map { (start, $0) }
  }

  package mutating func visit(_ visitor: inout some TensorVisitor) {
    switch self {
    case .dense(var model):
      visitor("dense", &model)
      self = .dense(model)
    case .image(var model):
      visitor("image", &model)
      self = .image(model)
    case .evolving(var model):
      visitor("evolving", &model)
      self = .evolving(model)
    }
  }

  /// The same weights with another number of steps; a stack of blocks is unchanged.
  package func with(steps: Int) -> ClassifierModel {
    switch self {
    case .dense(var model):
      model.depth = model.depth.with(solver: .equalSteps(steps))
      return .dense(model)
    case .image(var model):
      model.depth = model.depth.with(solver: .equalSteps(steps))
      return .image(model)
    case .evolving(var model):
      model.steps = steps
      return .evolving(model)
    }
  }
}

extension ODESolver {
  /// A number of classical Runge–Kutta steps from one time to the next.
  fileprivate static func equalSteps(_ count: Int) -> ODESolver {
    ODESolver(method: .rungeKutta4, control: .steps(perInterval: count))
  }
}

extension ClassifierRecipe {
  /// An untrained model of the recipe's form for rows of a shape.
  func initialModel(shape: [Int], classes: Int) -> ClassifierModel {
    let key = RandomKey(UInt64(seed)).folding(in: 1)
    if shape.count == 3 {
      let pixels = shape.prefix(2).map(ImageClassifier.sideAfterStem).reduce(1, *)
      return .image(imageModel(channels: shape[2], pixels: pixels, classes: classes, key: key))
    }
    return layers == .evolving
      ? .evolving(evolvingModel(features: shape[0], classes: classes, key: key))
      : .dense(denseModel(features: shape[0], classes: classes, key: key))
  }

  private func denseModel(features: Int, classes: Int, key: RandomKey) -> DenseClassifier {
    let keys = key.split(3)
    let start = hasStem ? width : features
    let augmentation = augmentation(of: start, key: keys[0].folding(in: 1))
    let state = augmentation.width(of: start)
    return DenseClassifier(
      stem: hasStem ? Linear(features, width, key: keys[0]) : nil, augmentation: augmentation,
      depth: depth(key: keys[1]) { takesTime, key in
        DenseBlock(
          width: state, hidden: width, outputs: isSecondOrder ? start : nil, takesTime: takesTime,
          key: key)
      }, head: Linear(state, classes, key: keys[2]))
  }

  private func imageModel(
    channels: Int, pixels: Int, classes: Int, key: RandomKey
  ) -> ImageClassifier {
    // Normalizing a group of one value gives 0: if the stem leaves very few pixels, all channels
    // are one group.
    let groups = pixels < 4 ? 1 : nil
    let augmentation = augmentation(of: width, key: key.folding(in: 1))
    let state = augmentation.width(of: width)
    return ImageClassifier(
      inputChannels: channels, channels: width, classes: classes, augmentation: augmentation,
      groups: groups, key: key
    ) { _, key in
      depth(key: key) { takesTime, key in
        ConvolutionalBlock(
          inputs: state, channels: isSecondOrder ? width : state,
          groups: { groups ?? ImageClassifier.groups(of: $0) }, takesTime: takesTime, key: key)
      }
    }
  }

  private func evolvingModel(features: Int, classes: Int, key: RandomKey) -> EvolvingClassifier {
    let keys = key.split(3)
    let state = hasStem ? width : features
    let layer = Linear(state, state, key: keys[1])
    let equation = ReactionDiffusionAdvection(isBounded: weightActivation == .tanh)
    return EvolvingClassifier(
      stem: hasStem ? Linear(features, width, key: keys[0]) : nil,
      weight: .evolving(layer.weight, equation),
      bias: .evolving(layer.bias ?? .zeros([state]), equation),
      head: Linear(state, classes, key: keys[2]), steps: solverSteps, substeps: weightSteps)
  }

  private var isSecondOrder: Bool { augmentation == .secondOrder }

  private func augmentation(of width: Int, key: RandomKey) -> Augmentation {
    let further = furtherDimensions ?? 0
    return switch augmentation {
    case .none: .none
    case .zeros: .zeros(further)
    case .lift: .lift(Linear(width, width + further, key: key))
    case .secondOrder: .secondOrder
    }
  }

  /// Separate blocks, or one block as a field.
  private func depth<Block: TensorField>(
    key: RandomKey, _ block: (_ takesTime: Bool, _ key: RandomKey) -> Block
  ) -> Depth<Block> {
    if layers == .resNet { return .residual(key.split(blocks).map { block(false, $0) }) }
    let (field, solver) = (block(true, key), ODESolver.equalSteps(solverSteps))
    let adjoint: Adjoint = layers == .odeNet ? .backsolve() : .discrete
    return isSecondOrder
      ? .secondOrder(
        Flow(of: SecondOrderField(acceleration: field), solver: solver, adjoint: adjoint),
        time: time)
      : .continuous(Flow(of: field, solver: solver, adjoint: adjoint), time: time)
  }
}
