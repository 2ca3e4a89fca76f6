import Platform
import NumericCore
import ContinuousModels
import NeuralNets
import Programs
import Transforms
import Tensors
import Testing

/// The optimality conditions of evolving weights, written out by hand and integrated backwards.
///
/// With `ż = f(z, θ)`, `θ̇ = q(θ, p)` and the loss L at the end, `a = ∂L/∂z` and `b = ∂L/∂θ` obey
/// `ȧ = −(∂f/∂z)ᵀ a`, `ḃ = −Σ_batch (∂f/∂θ)ᵀ a − (∂q/∂θ)ᵀ b`, `b(1) = 0`, and `dL/dp = ∫ (∂q/∂p)ᵀ b dt`, `dL/dθ(0) = b(0)`.
/// Nothing here is shared with the library: plain arrays, operators from their Fourier sums, Runge–Kutta steps.
@Suite struct EvolvingOptimalityTests {
  private let width = 6
  private let batch = 5

  private func normal(_ count: Int, _ key: UInt64) -> [Double] {
    RandomKey(key).normal(count, as: Double.self)
  }

  // MARK: - Reaction, diffusion and drift

  private func classifier(steps: Int, substeps: Int) -> EvolvingClassifier {
    func tensor(_ shape: [Int], _ key: UInt64) -> Tensor {
      Tensor(normal(shape.reduce(1, *), key).map { 0.6 * $0 }, shape: shape)
    }
    return EvolvingClassifier(
      stem: Linear(weight: tensor([3, width], 1), bias: tensor([width], 2)),
      weight: .evolving(
        tensor([width, width], 3),
        ReactionDiffusionAdvection(
          rawDiffusion: -1.2, advection: 0.7, rawReaction: 0.3, scalarType: .float64)),
      bias: .evolving(
        tensor([width], 4),
        ReactionDiffusionAdvection(
          rawDiffusion: -2, advection: -0.4, rawReaction: -0.2, scalarType: .float64)),
      head: Linear(weight: tensor([width, 2], 5), bias: tensor([2], 6)), steps: steps,
      substeps: substeps)
  }

  /// Five steps of activations and weights on one grid; two of the activations with five of the weights in each.
  @Test(arguments: [(5, 1), (2, 5)])
  func `the adjoint of activations and weights is the direct gradient`(
    steps: Int, substeps: Int
  ) {
    let model = classifier(steps: steps, substeps: substeps)
    let (x, slopes) = (normal(batch * 3, 7), normal(batch * 2, 8))
    let lossAndGradient = valueAndGrad { (model: EvolvingClassifier, x: Tensor) in
      let logits = model(x)
      let linear = (logits * Tensor(slopes, shape: [batch, 2])).sum()
      return linear + 0.5 * square(logits).sum()
    }
    let result = lossAndGradient(model, Tensor(x, shape: [batch, 3]))
    let hand = HandAdjoint(model, x: x, slopes: slopes, batch: batch, width: width)
    #expect(abs(hand.loss - result.loss) < 1e-9 * abs(hand.loss))

    guard case .evolving(let weights, let equation) = result.gradient.weight,
      case .evolving(let bias, let biasEquation) = result.gradient.bias
    else {
      Issue.record("the gradient has another form than the model")
      return
    }
    func agree(_ direct: Tensor?, _ byHand: [Double], _ what: String) {
      let direct = direct?.values ?? []
      #expect(direct.count == byHand.count)
      let scale = byHand.map(abs).max() ?? 0
      #expect(scale > 1e-3, "\(what) has hardly a gradient")
      for (x, y) in zip(direct, byHand) { #expect(abs(x - y) < 1e-6 * max(scale, 1), "\(what)") }
    }
    agree(weights, hand.weights.start, "θ(0)")
    agree(equation.rawDiffusion, [hand.weights.diffusion], "diffusion")
    agree(equation.advection, [hand.weights.advection], "advection")
    agree(equation.rawReaction, [hand.weights.reaction], "reaction")
    agree(bias, hand.bias.start, "the bias at 0")
    agree(biasEquation.rawDiffusion, [hand.bias.diffusion], "the bias' diffusion")
    agree(biasEquation.advection, [hand.bias.advection], "the bias' advection")
    agree(biasEquation.rawReaction, [hand.bias.reaction], "the bias' reaction")
    agree(result.gradient.stem?.weight, hand.stemWeight, "the stem")
    agree(result.gradient.stem?.bias, hand.stemBias, "the stem's bias")
  }

  // MARK: - One joint system

  @Test func `the continuous adjoint of the linear system is its gradient`() {
    let system = LinearCoupledSystem(
      dimension: 2, deviation: 0.7, evolutionDeviation: 0.5, key: RandomKey(11))
    let (points, target) = (normal(batch * 2, 12), normal(batch * 2, 13))
    let lossAndGradient = valueAndGrad { (system: LinearCoupledSystem, points: Tensor) in
      let error = system.state(from: points, steps: 100) - Tensor(target, shape: [batch, 2])
      return 0.5 * square(error).sum()
    }
    let result = lossAndGradient(system, Tensor(points, shape: [batch, 2]))
    let (p, count) = (system.evolution?.values ?? [], 2 * batch)
    // The joint state (z, θ), and behind it (a, b, dL/dP).
    func forward(_ y: [Double]) -> [Double] {
      let theta = Array(y[count..<count + 4])
      var rate = [Double](repeating: 0, count: count + 4)
      for place in 0..<count {
        let (row, i) = (place / 2 * 2, place % 2 * 2)
        rate[place] = theta[i] * y[row] + theta[i + 1] * y[row + 1]
      }
      for place in 0..<16 { rate[count + place / 4] += p[place] * theta[place % 4] }
      return rate
    }
    func backward(_ y: [Double]) -> [Double] {
      let (z, theta) = (Array(y[..<count]), Array(y[count..<count + 4]))
      let (a, b) = (Array(y[count + 4..<2 * count + 4]), Array(y[2 * count + 4..<2 * count + 8]))
      var (aRate, bRate) = ([Double](repeating: 0, count: count), [0.0, 0, 0, 0])
      for row in 0..<batch {
        for i in 0..<2 {
          for j in 0..<2 {
            aRate[2 * row + j] += theta[2 * i + j] * a[2 * row + i]
            bRate[2 * i + j] += a[2 * row + i] * z[2 * row + j]
          }
        }
      }
      for i in 0..<4 { for j in 0..<4 { bRate[j] += p[4 * i + j] * b[i] } }
      let pRate: [Double] = (0..<16).map { b[$0 / 4] * theta[$0 % 4] }
      let ahead: [Double] = forward(Array(y[..<(count + 4)])).map { -$0 }
      return ahead + aRate + bRate + pRate
    }
    var end = points + system.initial.values
    for _ in 0..<400 { end = rungeKutta(forward, end, 1 / 400) }
    let a = zip(end, target).map { $0 - $1 }
    var y = end + a + [Double](repeating: 0, count: 20)
    for _ in 0..<400 { y = rungeKutta(backward, y, 1 / 400) }
    let direct = result.gradient.initial.values + (result.gradient.evolution?.values ?? [])
    let byHand = Array(y[(2 * count + 4)...])
    #expect(direct.count == 20 && byHand.count == 20)
    // Both are of fourth order: 0.01⁴ times derivatives of some tens.
    for (x, y) in zip(direct, byHand) { #expect(abs(x - y) < 1e-6 * max(1, abs(y))) }
  }
}

/// One classical step.
private func rungeKutta(
  _ rate: ([Double]) -> [Double], _ y: [Double], _ h: Double
) -> [Double] {
  func moved(_ slope: [Double], _ h: Double) -> [Double] { zip(y, slope).map { $0 + h * $1 } }
  let a = rate(y)
  let b = rate(moved(a, h / 2))
  let c = rate(moved(b, h / 2))
  let d = rate(moved(c, h))
  return y.indices.map { (i: Int) -> Double in
    let sum = a[i] + 2 * b[i] + 2 * c[i] + d[i]
    return y[i] + h / 6 * sum
  }
}

/// `∂w/∂t = τ ∂²w/∂x² + υ ∂w/∂x + ρ w` on a ring of n places, for each of some columns.
private struct Ring {
  let n: Int
  let (diffusion, advection, reaction): (Double, Double, Double)
  /// How the parameters grow with what is stored.
  let (diffusionSlope, reactionSlope): (Double, Double)
  private let second: [Double]
  private let first: [Double]

  init(_ equation: ReactionDiffusionAdvection, _ n: Int) {
    self.n = n
    let (raw, rawReaction) = (equation.rawDiffusion.values[0], equation.rawReaction.values[0])
    diffusion = Double.logarithm(1 + Double.exponential(raw))
    diffusionSlope = 1 / (1 + Double.exponential(-raw))
    advection = equation.advection.values[0]
    let bend = Double.hyperbolicTangent(rawReaction)
    reaction = equation.reactionBound * bend
    reactionSlope = equation.reactionBound * (1 - bend * bend)
    // Derivatives of trigonometric polynomials: multiplication of the modes by −k² and by ik.
    let modes = (0..<n).map { $0 <= n / 2 ? $0 : $0 - n }
    func operation(_ entry: (Double, Double, Bool) -> Double) -> [Double] {
      (0..<n * n).map { place in
        let distance = Double(place / n - place % n)
        var sum = 0.0
        for mode in modes {
          let k: Double = 2 * Double.pi * Double(mode) / Double(n)
          sum += entry(k, k * distance, 2 * mode == n)
        }
        return sum / Double(n)
      }
    }
    second = operation { k, angle, _ in -k * k * Double.cosine(angle) }
    first = operation { k, angle, isNyquist in isNyquist ? 0 : -k * Double.sine(angle) }
  }

  private func apply(_ matrix: [Double], _ w: [Double], transposed: Bool = false) -> [Double] {
    let columns = w.count / n
    return w.indices.map { (place: Int) -> Double in
      let (i, column) = (place / columns, place % columns)
      var sum = 0.0
      for j in 0..<n {
        let entry = transposed ? matrix[j * n + i] : matrix[i * n + j]
        sum += entry * w[j * columns + column]
      }
      return sum
    }
  }

  func rate(_ w: [Double], transposed: Bool = false) -> [Double] {
    let (bent, tilted) = (
      apply(second, w, transposed: transposed), apply(first, w, transposed: transposed)
    )
    return w.indices.map { (place: Int) -> Double in
      diffusion * bent[place] + advection * tilted[place] + reaction * w[place]
    }
  }

  func advanced(_ w: [Double], by time: Double) -> [Double] {
    (0..<Self.steps).reduce(w) { w, _ in rungeKutta({ rate($0) }, w, time / Double(Self.steps)) }
  }

  /// So many that a step's error, (h λ)⁵ / 120 with λ about 3, is below 1e-12.
  static let steps = 400

  /// Back by a time: the weights, their adjoint, and the integrals of `(∂q/∂p)ᵀ b`.
  func rewound(
    _ state: (w: [Double], b: [Double], p: [Double]), by time: Double
  ) -> (w: [Double], b: [Double], p: [Double]) {
    let size = state.w.count
    func rate(_ y: [Double]) -> [Double] {
      let (w, b) = (Array(y[..<size]), Array(y[size..<2 * size]))
      func product(_ other: [Double]) -> Double { zip(b, other).reduce(0) { $0 + $1.0 * $1.1 } }
      let back: [Double] = self.rate(w).map { -$0 }
      let adjoint = self.rate(b, transposed: true)
      let parts = [product(apply(second, w)), product(apply(first, w)), product(w)]
      return back + adjoint + parts
    }
    var y = state.w + state.b + state.p
    for _ in 0..<Self.steps { y = rungeKutta(rate, y, time / Double(Self.steps)) }
    return (Array(y[..<size]), Array(y[size..<2 * size]), Array(y[(2 * size)...]))
  }
}

/// The classifier's loss and its gradient by the adjoint equations.
private struct HandAdjoint {
  struct Evolving {
    var start: [Double] = []
    var (diffusion, advection, reaction) = (0.0, 0.0, 0.0)

    init(_ state: (w: [Double], b: [Double], p: [Double]), _ ring: Ring) {
      start = state.b
      diffusion = state.p[0] * ring.diffusionSlope
      advection = state.p[1]
      reaction = state.p[2] * ring.reactionSlope
    }
  }

  let loss: Double
  let (weights, bias): (Evolving, Evolving)
  let (stemWeight, stemBias): ([Double], [Double])

  init(
    _ model: EvolvingClassifier, x: [Double], slopes: [Double], batch: Int, width n: Int
  ) {
    guard case .evolving(let start, let equation) = model.weight,
      case .evolving(let biasStart, let biasEquation) = model.bias, let stem = model.stem
    else { preconditionFailure("the weights evolve") }
    let (ring, biasRing) = (Ring(equation, n), Ring(biasEquation, n))
    let time = 1 / Double(model.steps)
    // Forwards: activations by Euler steps, weights by their own equation.
    var z = Self.product(x, stem.weight.values, batch, 3, n, adding: stem.bias)
    var (w, c) = (start.values, biasStart.values)
    var states: [(z: [Double], w: [Double], slope: [Double])] = []
    for _ in 0..<model.steps {
      let bent = Self.product(z, w, batch, n, n, adding: Tensor(c, shape: [n]))
        .map(Double.hyperbolicTangent)
      states.append((z, w, bent.map { 1 - $0 * $0 }))
      z = zip(z, bent).map { $0 + time * $1 }
      w = ring.advanced(w, by: time)
      c = biasRing.advanced(c, by: time)
    }
    let head = model.head.weight.values
    let logits = Self.product(z, head, batch, n, 2, adding: model.head.bias)
    var loss = 0.0
    for (logit, slope) in zip(logits, slopes) { loss += slope * logit + logit * logit / 2 }
    self.loss = loss

    // Backwards.
    let error = zip(logits, slopes).map { $0 + $1 }
    var a = (0..<batch * n).map { (place: Int) -> Double in
      let (row, column) = (place / n * 2, place % n * 2)
      return error[row] * head[column] + error[row + 1] * head[column + 1]
    }
    var own = (w: w, b: [Double](repeating: 0, count: n * n), p: [0.0, 0, 0])
    var shift = (w: c, b: [Double](repeating: 0, count: n), p: [0.0, 0, 0])
    for state in states.reversed() {
      own = ring.rewound(own, by: time)
      shift = biasRing.rewound(shift, by: time)
      let g = zip(a, state.slope).map { time * $0 * $1 }
      for row in 0..<batch {
        for j in 0..<n {
          shift.b[j] += g[row * n + j]
          for i in 0..<n {
            own.b[i * n + j] += state.z[row * n + i] * g[row * n + j]
            a[row * n + i] += g[row * n + j] * state.w[i * n + j]
          }
        }
      }
    }
    (weights, bias) = (Evolving(own, ring), Evolving(shift, biasRing))
    var (stemWeight, stemBias) = (
      [Double](repeating: 0, count: 3 * n), [Double](repeating: 0, count: n)
    )
    for row in 0..<batch {
      for j in 0..<n {
        stemBias[j] += a[row * n + j]
        for i in 0..<3 { stemWeight[i * n + j] += x[row * 3 + i] * a[row * n + j] }
      }
    }
    (self.stemWeight, self.stemBias) = (stemWeight, stemBias)
  }

  /// `[rows, inner] · [inner, columns]`, with a bias.
  private static func product(
    _ x: [Double], _ w: [Double], _ rows: Int, _ inner: Int, _ columns: Int,
    adding bias: Tensor? = nil
  ) -> [Double] {
    let bias = bias?.values ?? [Double](repeating: 0, count: columns)
    return (0..<rows * columns).map { (place: Int) -> Double in
      let (row, column) = (place / columns, place % columns)
      var sum = bias[column]
      for i in 0..<inner { sum += x[row * inner + i] * w[i * columns + column] }
      return sum
    }
  }
}
