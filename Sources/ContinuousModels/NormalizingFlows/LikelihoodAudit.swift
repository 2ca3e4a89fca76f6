import NumericCore
public import Adjoints
public import Integrators
import NeuralNets
import Transforms
public import Tensors

/// The possible errors of a reported likelihood.
public enum LikelihoodWarning: Hashable, Sendable {
  /// A finer solver gives another figure: the model has learned its solver's errors.
  case solverExploitation(reported: Double, fine: Double)
  /// The figure is below the entropy of the data, which no density can reach.
  case belowEntropy(figure: Double, entropy: Double)
  /// The round-trip error: the largest distance of a point from its image after a backward and a
  /// forward solve.
  case notReversible(error: Double)
  /// A density that is not a number or infinite.
  case notFinite
}

/// A mean negative log-likelihood with the checks that make it worth reporting.
///
/// The figure is computed with the exact trace by the model's own solver and by a finer one: a quarter of the step, or
/// adaptive steps at 10⁻⁶. All in nats.
public struct LikelihoodAudit: Sendable {
  /// Mean negative log-likelihood by the model's solver.
  public var reported: Double
  /// By the finer solver: the figure to quote.
  public var fine: Double
  /// Standard error of `fine` over the points.
  public var standardError: Double
  /// The largest distance of a point from where it lands after going to the base and back, by the model's solver.
  public var reconstructionError: Double
  /// Evaluations of the field for one batch, by the model's solver and by the finer one.
  public var evaluations: Int
  /// Evaluations of the field for one batch by the finer solver.
  public var fineEvaluations: Int
  public var warnings: [LikelihoodWarning]

  /// Whether points return from the base distribution.
  public var isReversible: Bool {
    !warnings.contains { if case .notReversible = $0 { true } else { false } }
  }

  /// Largest difference in nats that is not called an exploitation of the solver.
  public static let allowedDifference = 0.02
  /// By how many nats a figure may be below the entropy: sampling error of 5000 points.
  public static let allowedExcess = 0.03
  /// The largest round-trip error without a warning, relative to the data's scale.
  public static let allowedReconstructionError = 1e-2
}

extension ContinuousNormalizingFlow {
  /// The audit of the model on concrete data `[rows, D]`.
  ///
  /// - Parameter entropy: of the data's distribution, if it is known.
  public func audit(on data: Tensor, entropy: Double? = nil) -> LikelihoodAudit {
    let reported = densities(of: data, solver: solver)
    let fine = densities(of: data, solver: solver.refined)
    let error = largestDistance(
      data.values, samples(from: reported.points, solver: solver))
    let figures = fine.logDensities.map { -$0 }
    let mean = average(figures)
    let squares = figures.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    var audit = LikelihoodAudit(
      reported: -average(reported.logDensities), fine: mean,
      standardError: (squares / Double(figures.count)).squareRoot()
        / Double(figures.count).squareRoot(),
      reconstructionError: error, evaluations: reported.evaluations,
      fineEvaluations: fine.evaluations, warnings: [])
    audit.check(entropy: entropy, scale: data.values.reduce(1) { max($0, $1.magnitude) })
    return audit
  }

  /// By how many nats the mean log-density of data differs between the model's solver and a finer one.
  public func solverDifference(on data: Tensor) -> Double {
    let own = average(densities(of: data, solver: solver).logDensities)
    return (own - average(densities(of: data, solver: solver.refined).logDensities)).magnitude
  }

  /// Log-densities of data by a solver, in batches.
  public func densities(
    of data: Tensor, solver: ODESolver, batchSize: Int = 500, sharing: StepSharing = .joint
  ) -> (logDensities: [Double], points: Tensor, evaluations: Int) {
    let function = CompiledFunction<Pair<Self, Tensor>> { input in
      let options = FlowOptions(solver: solver, sharing: sharing)
      let path = input.first.logDensity(of: input.second, options)
      return [path.logDensity, path.points] + (path.statistics.map { [$0] } ?? [])
    }
    var logDensities: [Double] = []
    var points: [Double] = []
    var evaluations = 0
    for batch in data.rowBatches(of: batchSize) {
      let results = function(Pair(self, batch))
      logDensities += results[0].values
      points += results[1].values
      if results.count > 2 { evaluations = max(evaluations, Int(results[2].values[0])) }
    }
    return (logDensities, Tensor(rounding: points, shape: data.shape, to: scalarType), evaluations)
  }

  /// Evaluations of the field for each row of data when every row has its own steps.
  ///
  /// - Precondition: the field takes a time for each row.
  public func evaluationsPerRow(on data: Tensor, solver: ODESolver) -> [Double] {
    let function = CompiledFunction<Pair<Self, Tensor>> { input in
      let path = input.first.logDensity(
        of: input.second, FlowOptions(solver: solver, sharing: .perRow))
      return path.statistics.map { [$0.at(0, axis: 1)] } ?? []
    }
    return data.rowBatches(of: 500).flatMap { function(Pair(self, $0))[0].values }
  }

  /// Data points of base points by a solver, row-major.
  public func samples(
    from base: Tensor, solver: ODESolver, sharing: StepSharing = .joint
  ) -> [Double] {
    let function = CompiledFunction<Pair<Self, Tensor>> { input in
      let options = FlowOptions(solver: solver, sharing: sharing)
      return [input.first.sample(input.second, options).points]
    }
    return base.rowBatches(of: 500).flatMap { function(Pair(self, $0))[0].values }
  }

  /// The largest distance of a point from its image after a solve to the base and back.
  ///
  /// - Parameter sharing: one step for the batch, or one for each row; a field with a hypernetwork
  ///   needs the former.
  public func reconstructionError(
    on data: Tensor, solver: ODESolver, sharing: StepSharing = .joint
  ) -> Double {
    let base = densities(of: data, solver: solver, sharing: sharing).points
    return largestDistance(data.values, samples(from: base, solver: solver, sharing: sharing))
  }

  private func largestDistance(_ a: [Double], _ b: [Double]) -> Double {
    var largest = 0.0
    for row in 0..<a.count / dimension {
      var sum = 0.0
      for i in row * dimension..<(row + 1) * dimension { sum += (a[i] - b[i]) * (a[i] - b[i]) }
      if sum.isNaN { return .infinity }
      largest = max(largest, sum)
    }
    return largest.squareRoot()
  }
}

extension LikelihoodAudit {
  /// The audit in other units: `log |∂new/∂old|` is added to every figure.
  public func shifted(by logScale: Double) -> LikelihoodAudit {
    var audit = self
    audit.reported += logScale
    audit.fine += logScale
    audit.warnings = warnings.map { warning in
      switch warning {
      case .solverExploitation(let reported, let fine):
        .solverExploitation(reported: reported + logScale, fine: fine + logScale)
      case .belowEntropy(let figure, let entropy):
        .belowEntropy(figure: figure + logScale, entropy: entropy + logScale)
      case .notReversible, .notFinite: warning
      }
    }
    return audit
  }

  fileprivate mutating func check(entropy: Double?, scale: Double) {
    if !reported.isFinite || !fine.isFinite { warnings.append(.notFinite) }
    if (reported - fine).magnitude > Self.allowedDifference {
      warnings.append(.solverExploitation(reported: reported, fine: fine))
    }
    if let entropy {
      let figure = min(reported, fine)
      if figure < entropy - Self.allowedExcess {
        warnings.append(.belowEntropy(figure: figure, entropy: entropy))
      }
    }
    if reconstructionError > Self.allowedReconstructionError * scale {
      warnings.append(.notReversible(error: reconstructionError))
    }
  }
}

private func average(_ values: [Double]) -> Double {
  values.reduce(0, +) / Double(max(values.count, 1))
}

extension ODESolver {
  /// A solver to check this one by: a quarter of the step, or adaptive steps at 10⁻⁶ and at a tenth of the tolerance at most.
  public var refined: ODESolver {
    switch control {
    case .fixed(let step): ODESolver(method: method, control: .fixed(step / 4))
    case .steps(let count): ODESolver(method: method, control: .steps(perInterval: 4 * count))
    case .adaptive(let own):
      ODESolver(
        method: .dormandPrince5,
        control: .proportionalIntegral(
          Tolerance(
            relative: min(1e-6, own.tolerance.relative / 10),
            absolute: min(1e-6, own.tolerance.absolute / 10))))
    }
  }
}

extension Tensor {
  /// The rows of a concrete tensor in batches of a size, the last one smaller.
  func rowBatches(of size: Int) -> [Tensor] {
    let values = self.values
    let width = type.count / max(shape[0], 1)
    return stride(from: 0, to: shape[0], by: size).map { start in
      let rows = min(size, shape[0] - start)
      return Tensor(
        rounding: Array(values[start * width..<(start + rows) * width]),
        shape: [rows] + shape.dropFirst(), to: scalarType)
    }
  }
}
