package import Serialization
import NumericCore
import Reports
import ContinuousModels
import MechanisticModels
import Adjoints
import Transforms
import Tensors

/// Whether a forecaster's solver resolves its differential equation.
public struct SolverCheck: Hashable, Sendable {
  /// The change of the forecasts with a finer solver: the root mean square of `(finer mean − mean)
  /// / deviation`.
  ///
  /// The finer solver takes four times as many steps, or adaptive ones at a tolerance of at most
  /// 10⁻⁶ and at most a tenth of its own.
  public var shift: Double
  /// The largest distance of a latent state from its image after a forward and a backward solve
  /// over the window's length, over the root mean square of the states; `nil` without a latent
  /// flow, or for one of single steps.
  public var reconstructionError: Double?
  /// The setting that makes the model's own steps finer; `nil` for an ODE-RNN, whose steps are part
  /// of the network.
  public var setting: String?

  /// Changes above a tenth of the predicted deviation give a warning.
  static let limit = 0.1

  package var json: JSONValue {
    [
      "shift": .number(shift),
      "reconstructionError": reconstructionError.map(JSONValue.number) ?? .null,
    ]
  }

  /// The check in one sentence, with a warning if the solver affects the forecasts.
  public var sentence: String {
    let moved =
      "a finer solver moves the forecasts by \(NumberText.significant(shift, 2)) of their standard deviation"
    let back =
      reconstructionError.map {
        "; the round-trip error of a latent state is \(NumberText.significant($0, 2)) of its size"
      } ?? ""
    if shift <= Self.limit { return moved + back }
    if !shift.isFinite {
      return
        "warning: a finer solver gives forecasts that are not finite; train the model again"
    }
    let fix =
      setting.map { "train with a smaller \($0)" }
      ?? "its steps are a part of the network and must not be changed"
    return moved + back
      + "; warning: the model depends on its solver's errors, and an accurate solution differs; "
      + fix
  }
}

extension SeriesForecaster {
  /// The same model with a finer solver; `nil` if it solves no equation.
  package var refined: SeriesForecaster? {
    guard let network = network.refined else { return nil }
    return SeriesForecaster(network, anchor: anchor, adjustment: adjustment)
  }
}

extension SeriesForecaster.Network {
  fileprivate var refined: SeriesForecaster.Network? {
    switch self {
    case .latentODE(let one):
      var model = one.model
      model.flow.solver = model.flow.solver.refined
      return .latentODE(
        LatentForecaster(model: model, builder: one.builder, normalization: one.normalization))
    case .recurrent(let kind, let one):
      guard let dynamics = one.model.dynamics.refined else { return nil }
      var model = one.model
      model.dynamics = dynamics
      return .recurrent(
        kind,
        RecurrentForecaster(model: model, builder: one.builder, normalization: one.normalization))
    case .law(let one):
      var model = one.model
      model.solver = model.solver.refined
      return .law(
        MechanismForecaster(model: model, builder: one.builder, normalization: one.normalization))
    }
  }
}

extension SeriesForecaster {
  /// The check on some examples; `nil` if the model solves no equation or no example has queries.
  package func solverCheck(on examples: [SeriesExample]) -> SolverCheck? {
    guard let refined else { return nil }
    let (own, finer) = (forecasts(examples), refined.forecasts(examples))
    var shifts: [Double] = []
    for (one, other) in zip(own, finer) {
      for (row, means) in one.means.enumerated() {
        shifts += means.indices.map { (other.means[row][$0] - means[$0]) / one.deviations[row][$0] }
      }
    }
    guard !shifts.isEmpty else { return nil }
    return SolverCheck(
      shift: rootMeanSquare(shifts),
      reconstructionError: reconstructionError(of: own.compactMap(\.states.first)),
      setting: kind.recurrent == nil ? "network.tolerance" : nil)
  }

  private func reconstructionError(of states: [[Double]]) -> Double? {
    guard case .latentODE(let one) = network, let width = states.first?.count else { return nil }
    let initial = Tensor(states.flatMap { $0.map { Float($0) } }, shape: [states.count, width])
    let flow = one.model.flow
    let back = flow(flow(initial, at: [0, 1]).final, at: [1, 0]).final
    var misses = RoundTripMisses()
    misses.add(
      squares: square(back - initial).sum([1]).values, sizes: square(initial).sum([1]).values)
    return misses.lost > 0 ? .infinity : misses.relative
  }
}

private func rootMeanSquare(_ values: [Double]) -> Double {
  (values.reduce(0) { $0 + $1 * $1 } / Double(max(values.count, 1))).squareRoot()
}
