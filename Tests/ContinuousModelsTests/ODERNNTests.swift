import Platform
import NumericCore
import Adjoints
import ContinuousModels
import Integrators
import NeuralNets
import Programs
import Transforms
import TestSupport
import Tensors
import Testing

/// Three series of two channels that share no times, and small networks in float64 for them.
private enum Setting {
  static let channels = 2
  static let times: [[Double]] = [
    [0, 0.4, 0.5, 1.3, 2], [0.1, 0.9, 1.1], [0.05, 0.3, 1.2, 1.9],
  ]
  /// The second series is never observed in its first row; the last rows of the others are questions.
  static let values: [[Double?]] = [
    [0.3, -0.2, nil, 0.5, 0.1, nil, 0.7, 0.2, nil, nil],
    [nil, nil, 0.4, 0.4, -0.3, nil],
    [0.2, 0.1, 0.6, nil, -0.5, 0.3, nil, nil],
  ]

  static func series(
    _ numbers: [Int] = [0, 1, 2], layout: IrregularSeries.Layout = .own()
  ) -> IrregularSeries {
    IrregularSeries(
      times: numbers.map { times[$0] }, values: numbers.map { values[$0] },
      channelCount: channels, layout: layout, scalarType: .float64)
  }

  static func network(_ kind: ODERNN.Kind, gateUnits: Int? = nil) -> ODERNN {
    ODERNN(
      kind,
      ODERNN.Sizes(
        channels: channels, hidden: 4, field: [5], steps: 3, gateUnits: gateUnits, decoder: [5]),
      means: [0.1, -0.4], key: RandomKey(4), scalarType: .float64)
  }

  /// Means at a series' own rows, `[row][channel]` flattened.
  static func means(_ network: ODERNN, _ batch: IrregularSeries, at number: Int) -> [Double] {
    let all = network.prediction(batch).mean.values
    return batch.places[number].flatMap { place in
      (0..<channels).map { all[(place * batch.batchCount + number) * channels + $0] }
    }
  }
}

@Suite struct ODERNNTests {
  @Test(arguments: ODERNN.Kind.allCases, [nil, 3])
  func `a series gives the same alone, padded, on the union of times, and in any order`(
    kind: ODERNN.Kind, gateUnits: Int?
  ) {
    let network = Setting.network(kind, gateUnits: gateUnits)
    let batches: [(IrregularSeries, [Int])] = [
      (Setting.series(), [0, 1, 2]), (Setting.series(layout: .own(count: 9)), [0, 1, 2]),
      (Setting.series(layout: .union), [0, 1, 2]),
      (Setting.series([2, 0, 1], layout: .union), [1, 2, 0]),
    ]
    for number in 0..<3 {
      let alone = Setting.means(network, Setting.series([number]), at: 0)
      // To the bit: rows never meet, and a gap of 0 with a mask of 0 leaves the state as it is.
      for (batch, places) in batches {
        #expect(Setting.means(network, batch, at: places[number]) == alone)
      }
    }
  }

  @Test(arguments: ODERNN.Kind.allCases)
  func `what stands under a mask of zero changes nothing`(kind: ODERNN.Kind) {
    let network = Setting.network(kind)
    let clean = Setting.series()
    var junk = clean
    junk.values = select(
      clean.mask, clean.values,
      Tensor(repeating: .nan, shape: clean.values.shape, scalarType: .float64)
    ).evaluated()
    #expect(network.prediction(junk).mean.values == network.prediction(clean).mean.values)
  }

  @Test func `a question between two observations changes nothing after it, if nothing moves`() {
    let network = Setting.network(.rnn)
    func last(_ times: [Double], _ values: [Double?]) -> [Double] {
      let series = IrregularSeries(
        times: [times], values: [values], channelCount: 2, scalarType: .float64)
      let mean = network.prediction(series).mean
      return mean.at(times.count - 1).values
    }
    #expect(
      last([0, 1, 2], [0.5, 0.1, 0.3, nil, 0.2, 0.2])
        == last([0, 0.7, 1, 2], [0.5, 0.1, nil, nil, 0.3, nil, 0.2, 0.2]))
  }

  @Test func `with a field of zero an ODE-RNN is a plain recurrent network`() {
    var flowing = Setting.network(.odeRNN)
    var waiting = Setting.network(.rnn)
    waiting.unit = flowing.unit
    waiting.decoder = flowing.decoder
    guard case .flow(var flow) = flowing.dynamics else {
      Issue.record("an ODE-RNN flows")
      return
    }
    flow.field = flow.field.mapTensors { Tensor.zeros(like: $0) }
    flowing.dynamics = .flow(flow)
    let series = Setting.series()
    #expect(flowing.prediction(series).mean.values == waiting.prediction(series).mean.values)
  }

  @Test func `a row's expectation depends on earlier rows only`() {
    let network = Setting.network(.odeRNN)
    let series = Setting.series([0])
    let before = network.prediction(series).mean
    var changed = series
    // The third row and all after it.
    let later = Tensor([0.0, 0, 1, 1, 1], shape: [5, 1, 1])
    changed.values = (series.values + 3 * later).evaluated()
    let after = network.prediction(changed).mean
    #expect(
      before.sliced(0..<3, axis: 0).values == after.sliced(0..<3, axis: 0).values)
    #expect(before.at(3).values != after.at(3).values)
  }

  @Test func `the scan agrees with a plain loop over cells`() {
    let network = Setting.network(.odeRNN, gateUnits: 3)
    guard case .normal(let cell) = network.unit, case .flow(let flow) = network.dynamics else {
      Issue.record("the unit has deviations, and the state flows")
      return
    }
    let series = Setting.series()
    let features = concatenate([series.values, series.mask], axis: 2)
    let zeros = Tensor.zeros([3, 4], scalarType: .float64)
    var state = DiagonalNormal(mean: zeros, standardDeviation: zeros)
    for row in 0..<series.rowCount {
      if row > 0 {
        let step = series.gaps.at(row - 1) / 3
        for _ in 0..<3 { state.mean = state.mean + step * flow.field.network(state.mean) }
      }
      let found = network.prediction(series)
      check(found.before.at(row), state.mean)
      state = cell(
        features.at(row), state: state,
        observed: series.rowMask.at(row).broadcast(to: state.mean.shape))
      check(found.after.at(row), state.mean)
    }
    func check(_ a: Tensor, _ b: Tensor) {
      // Float64; sums of a dozen terms of order one in another order, over five rows.
      for (x, y) in zip(a.values, b.values) { #expect(abs(x - y) < 1e-13) }
    }
  }

  @Test(arguments: ODERNN.Kind.allCases)
  func `gradients agree with differences`(kind: ODERNN.Kind) {
    let series = Setting.series()
    let loss = valueAndGrad { (network: ODERNN, series: IrregularSeries) in
      square(network.prediction(series).mean - 0.3).sum()
    }
    let network = Setting.network(kind, gateUnits: 3)
    let gradient = loss(network, series).gradient.tensors.map(\.values)
    let direction = network.mapTensors { tensor in
      RandomKey(UInt64(tensor.shape.reduce(7, +))).normal(tensor.shape, scalarType: .float64)
    }
    func moved(by h: Double) -> Double {
      let tensors = zip(network.tensors, direction.tensors).map { ($0 + h * $1).evaluated() }
      return loss(network.replacingTensors(with: tensors), series).loss
    }
    let slope = zip(gradient, direction.tensors).reduce(0) { sum, pair in
      sum + zip(pair.0, pair.1.values).reduce(0) { $0 + $1.0 * $1.1 }
    }
    // Fourth-order differences of a smooth function of size 10: rounding 1e-15 · 10 / 1e-3, truncation 1e-12 times
    // the fifth derivative.
    let h = 1e-3
    let difference =
      (8 * (moved(by: h) - moved(by: -h)) - (moved(by: 2 * h) - moved(by: -2 * h))) / (12 * h)
    #expect(abs(slope - difference) < 1e-8 * max(1, abs(difference)))
  }

  @Test func `reading its own words is the same as observing them`() {
    let network = Setting.network(.odeRNN)
    let times = [0, 0.5, 1.2, 2.0]
    func series(_ values: [Double?]) -> IrregularSeries {
      IrregularSeries(
        times: [times], values: [values], channelCount: 2, scalarType: .float64)
    }
    let asked = series([0.4, 0.2, nil, nil, nil, nil, nil, nil])
    let own = Tensor([0.0, 1, 1, 1], shape: [4, 1, 1])
    let rolled = network.prediction(asked, replacing: own).mean
    let words = rolled.values
    let told = series([0.4, 0.2] + words[2..<8].map { $0 })
    let observed = network.prediction(told).mean
    // The same arithmetic but for the order of one sum.
    for (a, b) in zip(words, observed.values) { #expect(abs(a - b) < 1e-13) }
    let nothing = network.prediction(asked, replacing: Tensor.zeros(like: own)).mean
    for (a, b) in zip(nothing.values, network.prediction(asked).mean.values) {
      #expect(abs(a - b) < 1e-13)
    }
  }

  @Test func `elapsed time and previous value are those of each channel`() {
    let series = Setting.series([0])
    #expect(series.gaps.values.map(rounded) == [0.4, 0.1, 0.8, 0.7, 0])
    #expect(
      series.elapsed.values.map(rounded) == [0, 0, 0.4, 0.4, 0.5, 0.1, 0.8, 0.9, 0.7, 0.7])
    #expect(series.previous.values == [0, 0, 0.3, -0.2, 0.3, 0.5, 0.1, 0.5, 0.7, 0.2])
    #expect(series.rowMask.values == [1, 1, 1, 1, 0])
    func rounded(_ x: Double) -> Double { (x * 1e9).rounded() / 1e9 }
  }

  @Test func `a decay is exponential, and a missing value fades to the mean`() {
    let dynamics = HiddenDynamics.decay(rate: Tensor([0.0, 1.0]))
    let state = dynamics.advanced(
      Tensor([2.0, 2.0], shape: [1, 2]), over: Tensor([0.5], shape: [1, 1]))
    for (found, rate) in zip(state.values, [0.0, 1.0]) {
      let softplus = Double.logarithm(1 + Double.exponential(rate))
      #expect(abs(found - 2 * Double.exponential(-softplus * 0.5)) < 1e-15)
    }
    let reader = RowReader(
      channelCount: 1, timing: .none,
      imputation: RowReader.Imputation(rate: Tensor([1.0]), mean: Tensor([5.0])))
    func value(isObserved: Bool, elapsed: Double) -> Double {
      let series = IrregularSeries(
        times: [[0, elapsed]], values: [[3, isObserved ? 7 : nil]], channelCount: 1,
        scalarType: .float64)
      return reader(series).values[2]
    }
    #expect(value(isObserved: true, elapsed: 2) == 7)
    #expect(abs(value(isObserved: false, elapsed: 1e-16) - 3) < 1e-14)
    #expect(abs(value(isObserved: false, elapsed: 100) - 5) < 1e-14)
  }

  @Test func `steps over a gap converge to the solution, and a solver finds it`() {
    // dh/dt = −h in each coordinate, gaps of three lengths, one of them zero.
    let field = LatentField(
      network: MLP(
        layers: [Linear(weight: Tensor([-1.0, 0, 0, -1], shape: [2, 2]), bias: nil)]))
    let state = Tensor([1.0, 2, 1, 2, 1, 2], shape: [3, 2])
    let gaps = Tensor([0.0, 0.5, 2], shape: [3, 1])
    let exact = zip([0, 0, 0.5, 0.5, 2, 2], [1.0, 2, 1, 2, 1, 2]).map {
      $1 * Double.exponential(-$0)
    }
    func error(_ dynamics: HiddenDynamics) -> Double {
      zip(dynamics.advanced(state, over: gaps).values, exact).map { abs($0 - $1) }.max() ?? 0
    }
    // Orders 1 and 4: halving the step divides the error by 2 and 16.
    let euler = error(.steps(16, of: field)) / error(.steps(32, of: field))
    #expect(abs(euler - 2) < 0.1)
    let fourth =
      error(.steps(16, .rungeKutta4, of: field)) / error(.steps(32, .rungeKutta4, of: field))
    #expect(abs(fourth - 16) < 1)
    let solved = HiddenDynamics.flow(
      Flow(
        of: field,
        solver: ODESolver(
          control: .proportionalIntegral(Tolerance(relative: 1e-9, absolute: 1e-10))),
        sharing: .perRow))
    #expect(error(solved) < 1e-8)
    #expect(HiddenDynamics.steps(3, of: field).advanced(state, over: gaps).at(0).values == [1, 2])
  }

  @Test func `the table of kinds makes networks of the parts that it names`() {
    for kind in ODERNN.Kind.allCases {
      let network = Setting.network(kind)
      #expect((network.reader.timing == .sinceLast) == kind.readsElapsed)
      #expect((network.reader.imputation != nil) == kind.imputes)
      switch network.dynamics {
      case .constant: #expect(!kind.decays && kind != .odeRNN)
      case .decay: #expect(kind.decays)
      case .flow: #expect(kind == .odeRNN)
      }
    }
  }
}
