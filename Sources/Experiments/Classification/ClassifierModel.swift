import Adjoints
package import ContinuousModels
package import Integrators
import NeuralNets
import NumericCore
package import Tensors

/// A classifier of table rows or of images.
///
/// Shapes: `[batch, features]` or `[batch, height, width, channels]` → logits `[batch, classes]`.
package enum ClassifierModel: TensorTree {
  case dense(DenseClassifier)
  case image(ImageClassifier)

  package func callAsFunction(_ input: Tensor) -> Tensor {
    switch self {
    case .dense(let model): model(input)
    case .image(let model): model(input)
    }
  }

  package mutating func visit(_ visitor: inout some TensorVisitor) {
    switch self {
    case .dense(var model):
      visitor("dense", &model)
      self = .dense(model)
    case .image(var model):
      visitor("image", &model)
      self = .image(model)
    }
  }

  /// The same weights with another solver.
  package func with(solver: ODESolver) -> ClassifierModel {
    switch self {
    case .dense(var model):
      model.depth = model.depth.with(solver: solver)
      return .dense(model)
    case .image(var model):
      model.depth = model.depth.with(solver: solver)
      return .image(model)
    }
  }
}

extension ClassifierRecipe {
  package var solver: ODESolver { solver(steps: solverSteps) }

  package func solver(steps: Int) -> ODESolver {
    ODESolver(method: .rungeKutta4, control: .steps(perInterval: steps))
  }

  private var adjoint: Adjoint { layers == .odeNet ? .backsolve() : .discrete }

  /// An untrained model of the recipe's form for rows of a shape.
  func initialModel(shape: [Int], classes: Int) -> ClassifierModel {
    let key = RandomKey(UInt64(seed)).folding(in: 1)
    if shape.count == 3 {
      let pixels = shape.prefix(2).map(ImageClassifier.sideAfterStem).reduce(1, *)
      return .image(
        // A group of one value is normalized to nothing: where the stem leaves hardly a picture, all channels are one group.
        ImageClassifier(
          inputChannels: shape[2], channels: width, classes: classes,
          groups: pixels < 4 ? 1 : nil, key: key
        ) {
          depth(groups: $0, key: $1)
        })
    }
    return .dense(
      layers == .resNet
        ? .resNet(features: shape[0], width: width, classes: classes, blocks: blocks, key: key)
        : .odeNet(
          features: shape[0], width: width, classes: classes, time: time, solver: solver,
          adjoint: adjoint, key: key))
  }

  private func depth(groups: Int, key: RandomKey) -> Depth<ConvolutionalBlock> {
    func block(_ key: RandomKey, takesTime: Bool) -> ConvolutionalBlock {
      ConvolutionalBlock(channels: width, groups: groups, takesTime: takesTime, key: key)
    }
    if layers == .resNet {
      return .residual(key.split(blocks).map { block($0, takesTime: false) })
    }
    return .continuous(
      Flow(of: block(key, takesTime: true), solver: solver, adjoint: adjoint), time: time)
  }
}
