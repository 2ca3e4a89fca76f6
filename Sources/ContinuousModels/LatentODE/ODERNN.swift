import Platform
import NeuralNets
public import Tensors

/// A recurrent network over irregular times, whose state changes between observations and predicts
/// them at any time.
///
/// For the rows `t₁ < t₂ < …` of a series: `h⁻ᵢ = move(h₊ᵢ₋₁, tᵢ − tᵢ₋₁)`, where `move` is a flow
/// `dh/dt = f(h)` (ODE-RNN), a decay, or the identity; `x(tᵢ) ~ N(μ(h⁻ᵢ), σ²(h⁻ᵢ))`; and where row
/// i is observed, `h₊ᵢ = unit(h⁻ᵢ, xᵢ)`, otherwise `h₊ᵢ = h⁻ᵢ`. A prediction therefore depends on
/// earlier rows only, and a row without observation is a query: to forecast, add such rows after
/// the last observation; to impute a gap, add them inside of it.
///
/// `Kind` selects ODE-RNN or one of the baselines of its paper.
/// - Source: Rubanova, Chen and Duvenaud 2019, algorithm 1. The code published with it moves the
///   state over the interval before the previous row instead; here it is the interval before the
///   row.
public struct ODERNN: TensorTree {
  /// Turns the rows of a series into inputs of the unit.
  public var reader: RowReader
  /// Updates the hidden state where a row is observed.
  public var unit: RecurrentUnit
  /// How the hidden state changes between rows.
  public var dynamics: HiddenDynamics
  /// Reads the hidden units without their deviations.
  public var decoder: GaussianDecoder

  /// A network of given parts.
  ///
  /// - Precondition: the unit's input is the reader's output, and the decoder's input is the hidden
  ///   state.
  public init(
    reader: RowReader, unit: RecurrentUnit, dynamics: HiddenDynamics, decoder: GaussianDecoder
  ) {
    precondition(
      unit.inputCount == reader.featureCount
        && decoder.network.inputCount == unit.hiddenCount,
      "a unit of \(unit.inputCount) inputs and \(unit.hiddenCount) hidden units fits neither a reader "
        + "of \(reader.featureCount) features nor a decoder of \(decoder.network.inputCount) inputs"
    )
    self.reader = reader
    self.unit = unit
    self.dynamics = dynamics
    self.decoder = decoder
  }

  /// The output of the network for a batch of series.
  public struct Prediction: Sendable {
    /// Of the values at every row, from the rows before it, `[row, batch, channel]`.
    public var mean: Tensor
    /// The log variance of the values at every row, `[row, batch, channel]`.
    public var logVariance: Tensor
    /// Hidden units before each row is read, `[row, batch, hidden]`.
    public var before: Tensor
    /// The same after it.
    public var after: Tensor
  }

  /// Predictions at every row, and hidden states.
  ///
  /// `replacing`, `[row, batch, 1]`, is 1 where the network reads its own mean of all channels
  /// instead of the row's values: at some observed rows in training this is scheduled sampling, at
  /// all rows after the last observation a roll-out. It costs one more matrix product per row.
  ///
  /// `context` and `reference`, `[row, batch, …]`, are further inputs of the decoder.
  /// - Precondition: a network with a context replaces nothing.
  public func prediction(
    _ series: IrregularSeries, replacing: Tensor? = nil, context: Tensor? = nil,
    reference: Tensor? = nil
  ) -> Prediction {
    precondition(
      replacing == nil || context == nil && reference == nil,
      "a context of a row that is replaced is not known")
    let hidden = unit.hiddenCount
    func units(_ states: [Tensor]) -> Tensor { stack(states).sliced(0..<hidden, axis: -1) }
    let trajectory = trajectory(series, replacing: replacing)
    let before = units(trajectory.before)
    let (mean, logVariance) = decoder(before, context: context, reference: reference)
    return Prediction(
      mean: mean, logVariance: logVariance, before: before, after: units(trajectory.after))
  }

  private func trajectory(
    _ series: IrregularSeries, replacing: Tensor?
  ) -> RecurrentScan.Trajectory {
    let scan = RecurrentScan(unit: unit, dynamics: dynamics)
    let features = reader(series)
    guard let replacing else {
      return scan.forwards(
        ObservedSequence(features: features, mask: series.rowMask, gaps: series.gaps))
    }
    let sequence = ObservedSequence(
      features: features, mask: max(series.rowMask, replacing), gaps: series.gaps)
    return scan.forwards(sequence) { row, state in
      let expected = decoder(state.sliced(0..<unit.hiddenCount, axis: 1)).mean
      let own = reader.features(of: expected, at: row, in: series)
      let read = features.at(row)
      return unit.projected(read + replacing.at(row) * (own - read))
    }
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("reader", &reader)
    visitor("unit", &unit)
    visitor("dynamics", &dynamics)
    visitor("decoder", &decoder)
  }
}
