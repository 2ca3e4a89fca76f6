public import NeuralNets
import NumericCore
public import Tensors

/// How the weights of a layer depend on depth `t ∈ [0, 1]`.
public enum DepthWeights: TensorTree {
  /// The same at every depth: a plain neural ODE.
  case constant(Tensor)
  /// `Σ_k φ_k(t) W_k` with `φ = 1, cos πt, cos 2πt, …` (Galerkin, Massaroli et al. 2020).
  case galerkin([Tensor])
  /// One tensor for each of equal intervals of depth.
  case piecewise([Tensor])
  /// ANODEV2: the weights at depth 0 and their own equation.
  case evolving(Tensor, ReactionDiffusionAdvection)

  /// The weights at the start of each of `steps` equal steps of the activations.
  ///
  /// With `substeps` > 1 the weights' equation is stepped on a finer grid (configuration 2); a single exact step is the
  /// same for the linear equation.
  public func values(steps: Int, substeps: Int = 1) -> [Tensor] {
    switch self {
    case .constant(let weights): return Array(repeating: weights, count: steps)
    case .galerkin(let coefficients):
      return (0..<steps).map { step in
        let t = Double(step) / Double(steps)
        return coefficients.enumerated().dropFirst().reduce(coefficients[0]) {
          $0 + Double.cosine(Double($1.offset) * .pi * t) * $1.element
        }
      }
    case .piecewise(let pieces):
      return (0..<steps).map { pieces[$0 * pieces.count / steps] }
    case .evolving(var weights, let equation):
      var values: [Tensor] = []
      for _ in 0..<steps {
        values.append(weights)
        for _ in 0..<substeps {
          weights = equation.advanced(weights, by: 1 / Double(steps * substeps))
        }
      }
      return values
    }
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    switch self {
    case .constant(var weights):
      visitor("weights", &weights)
      self = .constant(weights)
    case .galerkin(var coefficients):
      visitor("coefficients", &coefficients)
      self = .galerkin(coefficients)
    case .piecewise(var pieces):
      visitor("pieces", &pieces)
      self = .piecewise(pieces)
    case .evolving(var weights, var equation):
      visitor("weights", &weights)
      visitor("equation", &equation)
      self = .evolving(weights, equation)
    }
  }
}

/// A classifier whose one hidden layer is applied at every depth: `z ← z + Δt tanh(z W(t) + b(t))`.
public struct EvolvingClassifier: TensorTree {
  public var stem: Linear
  public var weight: DepthWeights
  public var bias: DepthWeights
  public var head: Linear
  /// Euler steps of the activations, and steps of the weights within each.
  public var steps: Int
  public var substeps: Int
  /// Whether the time is one more input of the layer.
  public var takesTime: Bool

  public init(
    stem: Linear, weight: DepthWeights, bias: DepthWeights, head: Linear, steps: Int = 5,
    substeps: Int = 1, takesTime: Bool = false
  ) {
    self.stem = stem
    self.weight = weight
    self.bias = bias
    self.head = head
    self.steps = steps
    self.substeps = substeps
    self.takesTime = takesTime
  }

  /// Shapes: `[batch, features]` → logits `[batch, classes]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    var z = stem(x)
    let (weights, biases) = (
      weight.values(steps: steps, substeps: substeps), bias.values(steps: steps, substeps: substeps)
    )
    for step in 0..<steps {
      let time = Tensor(
        repeating: Double(step) / Double(steps), shape: [], scalarType: z.scalarType)
      let input = takesTime ? appending(time, to: z) : z
      z = z + (1 / Double(steps)) * tanh(matmul(input, weights[step]) + biases[step])
    }
    return head(z)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("stem", &stem)
    visitor("weight", &weight)
    visitor("bias", &bias)
    visitor("head", &head)
  }
}
