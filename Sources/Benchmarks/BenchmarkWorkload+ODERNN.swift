import Platform
import Adjoints
import Integrators
import NeuralNets
import Transforms
import Tensors
import Training

extension BenchmarkWorkload {
  /// W8: training an ODE-RNN on a union of irregular times.
  static let irregularRecurrence = BenchmarkWorkload(
    "W8",
    summary:
      "ODE-RNN: batch 50, 40 irregular times, hidden 32, field 32-64-32 tanh, one step a gap, GRU "
      + "with masks, Adam 1e-2, float32"
  ) { repetitions in
    let problem = RecurrenceProblem()
    return [
      problem.figure("euler, backprop", method: .euler, repetitions),
      problem.figure("rk4, backprop", method: .threeEighths4, repetitions),
    ]
  }
}

/// The problem of W8: series, masks and initial weights, from the seed of the peers' scripts.
private struct RecurrenceProblem {
  private let model: Recurrence
  private let times: [Double]
  private let batch: MaskedSeries

  init() {
    let (batch, count, hidden, width, channels) = (50, 40, 32, 64, 8)
    var random = NumPyGenerator(seed: 808)
    func tensor(_ values: [Double], _ shape: [Int]) -> Tensor {
      Tensor(rounding: values, shape: shape, to: .float32)
    }
    var times = random.uniform(0, 5, count: count).sorted()
    times[0] = 0
    let phases = random.uniform(0, 2 * .pi, count: batch * channels)
    let frequencies = random.uniform(0.5, 2, count: batch * channels)
    var values: [Double] = []
    for row in 0..<batch {
      for time in times {
        for at in row * channels..<(row + 1) * channels {
          values.append(Double.sine(frequencies[at] * time + phases[at]))
        }
      }
    }
    let mask = random.uniform(0, 1, count: batch * count).map { $0 < 0.5 ? 1.0 : 0 }
    func weight(_ inputs: Int, _ outputs: Int, fan: Int? = nil) -> Tensor {
      let bound = 1 / Double(fan ?? inputs).squareRoot()
      return tensor(
        random.uniform(-bound, bound, count: inputs * outputs), [inputs, outputs])
    }
    let zeros = { (count: Int) in Tensor.zeros([count], scalarType: .float32) }
    let field = [(hidden, width), (width, hidden)].map { sizes in
      Linear(weight: weight(sizes.0, sizes.1), bias: zeros(sizes.1))
    }
    let gates = [channels, hidden].map { inputs in
      let weight = weight(inputs, 3 * hidden, fan: hidden)
      let bound = 1 / Double(hidden).squareRoot()
      return Linear(
        weight: weight,
        bias: tensor(random.uniform(-bound, bound, count: 3 * hidden), [3 * hidden]))
    }
    model = Recurrence(
      field: PerceptronField(network: MLP(layers: field)),
      cell: GRUCell(input: gates[0], recurrent: gates[1]),
      readout: Linear(weight: weight(hidden, channels), bias: zeros(channels)))
    self.times = times.map { Double(Float($0)) }
    self.batch = MaskedSeries(
      values: tensor(values, [batch, count, channels]).transposed([1, 0, 2]).evaluated(),
      mask: tensor(mask, [batch, count, 1]).transposed([1, 0, 2]).evaluated())
  }

  func figure(_ name: String, method: ODEMethod, _ repetitions: Int) -> BenchmarkFigure {
    let loop = TrainingBenchmark<Recurrence, MaskedSeries>(
      workload: "W8", batches: [batch], warmUp: 5, reported: 40)
    let times = times
    let solver = ODESolver(method: method, control: .steps(perInterval: 1))
    let evaluations = Double((times.count - 1) * method.stageCount)
    return loop.figure(
      name, model: model, optimizer: Adam(for: model, learningRate: 1e-2),
      repetitions: repetitions, settings: [("solver", method.name), ("scalar", "float32")]
    ) { model, batch in
      let count = batch.values.shape[2]
      let projected = model.cell.input(batch.values)
      let flow = Flow(of: model.field, solver: solver, adjoint: .unrolled)
      var state = Tensor.zeros(
        [batch.values.shape[1], model.cell.hiddenCount], scalarType: .float32)
      var states: [Tensor] = []
      for (row, time) in times.enumerated() {
        if row > 0 { state = flow(state, at: [times[row - 1], time]).final }
        states.append(state)
        let updated = model.cell(projected: projected.at(row), state: state)
        state = state + batch.mask.at(row) * (updated - state)
      }
      let error = square(model.readout(stack(states)) - batch.values)
      return LossAndAuxiliary(
        (batch.mask * error).sum() / (Double(count) * batch.mask.sum()),
        auxiliary: [Tensor([evaluations])])
    }
  }
}

private struct Recurrence: TensorTree {
  var field: PerceptronField
  var cell: GRUCell
  var readout: Linear

  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("field", &field)
    visitor("cell", &cell)
    visitor("readout", &readout)
  }
}

private struct PerceptronField: TensorField {
  var network: MLP

  func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor { network(state) }

  mutating func visit(_ visitor: inout some TensorVisitor) { visitor("network", &network) }
}

private struct MaskedSeries: TensorTree {
  /// `[time, batch, channel]`.
  var values: Tensor
  /// `[time, batch, 1]`.
  var mask: Tensor

  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("values", &values)
    visitor("mask", &mask)
  }
}
