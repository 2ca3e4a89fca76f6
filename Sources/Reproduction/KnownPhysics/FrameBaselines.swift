import NumericCore
import Adjoints
import ContinuousModels
import Integrators
import NeuralNets
import Transforms
import Tensors

/// A long short-term memory that says each next frame, and goes on from its own words.
struct NextFrameMemory: TensorTree {
  var embedding: Linear
  var cell: LSTMCell
  var decoder: MLP

  init(features: Int, hidden: Int = 64, key: RandomKey) {
    let keys = key.split(3)
    embedding = Linear(features, 32, key: keys[0])
    cell = LSTMCell(32, hidden, key: keys[1])
    decoder = MLP(sizes: [hidden, 64, features], activation: .relu, key: keys[2])
  }

  /// Frames from the second on, `[frame, batch, feature]`: of those read, then `count` more.
  func callAsFunction(_ observed: Tensor, continuing count: Int) -> Tensor {
    let zero = Tensor.zeros([observed.shape[1], cell.hiddenCount])
    var state = LSTMCell.State(hidden: zero, memory: zero)
    var said: [Tensor] = []
    for frame in 0..<observed.shape[0] + count {
      if frame == observed.shape[0] + count - 1 && count > 0 { break }
      let seen = frame < observed.shape[0] ? observed.at(frame) : said[frame - 1]
      state = cell(relu(embedding(seen)), state: state)
      said.append(decoder(state.hidden))
    }
    return concatenate(said.map { $0.expandingAxis(at: 0) }, axis: 0)
  }

  /// Of the next frame.
  func loss(_ observed: Tensor) -> Tensor {
    let last = observed.shape[0]
    let said = self(observed.sliced(0..<last - 1, axis: 0), continuing: 0)
    return square(said - observed.sliced(1..<last, axis: 0)).mean([0, 1]).sum()
  }

  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("embedding", &embedding)
    visitor("cell", &cell)
    visitor("decoder", &decoder)
  }
}

/// Direct identification: initial state and parameter of each series as free numbers, and a decoder they share.
///
/// Nothing is learned from other series but the decoder.
struct DirectIdentification: TensorTree {
  /// What the free numbers are fitted to.
  enum Evidence: Sendable, CaseIterable {
    /// Revealed latent states, one frame in twenty; the decoder is fitted to their trajectories. So the paper does it.
    case states
    case frames
    case statesAndFrames

    var words: String {
      switch self {
      case .states: "direct identification by 5 % of the states"
      case .frames: "direct identification by frames"
      case .statesAndFrames: "direct identification by frames and 5 % of the states"
      }
    }
  }

  /// `[series, state]` and `[series, parameter]` before the softplus.
  var initial, parameters: Tensor
  var decoder: MLP
  let known: PartlyKnownField.Known

  init(
    series: Int, features: Int, states: Int, parameters count: Int,
    known: @escaping PartlyKnownField.Known, key: RandomKey
  ) {
    let keys = key.split(2)
    initial = (0.1 * keys[0].normal([series, states])).evaluated()
    // softplus(1) = 1.3 m.
    parameters = Tensor(repeating: 1, shape: [series, count], scalarType: .float32).evaluated()
    decoder = MLP(sizes: [states, 64, 64, features], activation: .relu, key: keys[1])
    self.known = known
  }

  var values: Tensor { softplus(parameters) + 0.01 }

  /// States and frames at times.
  func callAsFunction(at times: [Double]) -> (states: Tensor, observations: Tensor) {
    let flow = Flow(
      of: PartlyKnownField(known: known, parameters: values),
      solver: ODESolver(method: .rungeKutta4, control: .steps(perInterval: 1)))
    let states = flow(initial, at: times).states
    return (states, decoder(states))
  }

  /// Frames and, where a mask `[frame, series, 1]` is 1, states.
  func loss(_ batch: FrameBatch, at times: [Double], by evidence: Evidence) -> Tensor {
    let (states, _) = self(at: times)
    let seen = evidence == .states ? stopGradient(states) : states
    let frames = square(decoder(seen) - batch.frames).mean([0, 1]).sum()
    if evidence == .frames { return frames }
    return frames + (square(states - batch.states) * batch.noise).sum() / batch.noise.sum()
  }

  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("initial", &initial)
    visitor("parameters", &parameters)
    visitor("decoder", &decoder)
  }
}
