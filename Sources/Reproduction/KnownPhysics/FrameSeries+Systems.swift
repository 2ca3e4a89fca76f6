import Platform
import NumericCore
import MechanisticModels
import Integrators
import NeuralNets
import Transforms
import Tensors

extension FrameSeries {
  /// Pendulums of different lengths, seen through a fixed random map to a vector.
  ///
  /// `θ′ = ω`, `ω′ = −(10 / l) sin θ − b ω`; l uniform in 1 … 2 m, |θ₀| < π / 6, |ω₀| < 1 / s; frames of 0.05 s; 16 features.
  static func pendulums(
    _ count: Int, frames: Int, friction: Double, noise: Double = 0.05, key: RandomKey
  ) throws -> FrameSeries {
    let keys = key.split(5)
    let draws = keys[0].uniform(3 * count, as: Double.self)
    let lengths = (0..<count).map { 1 + draws[3 * $0] }
    var series = try simulated(
      "pendulum", frames: frames, interval: 0.05,
      constants: ["g": 10, "damping": friction], unknown: ["length": lengths],
      initial: (0..<count).map {
        [(2 * draws[3 * $0 + 1] - 1) * Double.pi / 6, 2 * draws[3 * $0 + 2] - 1]
      })
    let angle = series.states.sliced(0..<1, axis: 2)
    series.observe(
      randomEmission(
        concatenate([sin(angle), cos(angle)], axis: -1), to: 16, keys: Array(keys[1..<4])),
      noise: noise, key: keys[4])
    return series
  }

  /// Double pendulums whose second rod's mass is unknown, m₂ uniform in 1 … 2 kg; angles and velocities begin in π/10 … π/6.
  static func doublePendulums(
    _ count: Int, frames: Int, noise: Double = 0.05, key: RandomKey
  ) throws -> FrameSeries {
    let keys = key.split(5)
    let draws = keys[0].uniform(5 * count, as: Double.self)
    var series = try simulated(
      "double-pendulum", frames: frames, interval: 0.05, constants: [:],
      unknown: ["m2": (0..<count).map { 1 + draws[5 * $0] }],
      initial: (0..<count).map { (row: Int) -> [Double] in
        (1...4).map { (place: Int) -> Double in
          Double.pi / 10 + draws[5 * row + place] * (Double.pi / 15)
        }
      })
    let (first, second) = (
      series.states.sliced(0..<1, axis: 2), series.states.sliced(1..<2, axis: 2)
    )
    series.observe(
      randomEmission(
        concatenate([sin(first), cos(first), sin(second), cos(second)], axis: -1), to: 16,
        keys: Array(keys[1..<4])), noise: noise, key: keys[4])
    return series
  }

  /// Predator and prey with four unknown rates, uniform in 1 … 2, seen through a random map to 4 features.
  ///
  /// Populations begin in 1 … 3; frames of 0.05.
  static func predators(
    _ count: Int, frames: Int, noise: Double = 0.05, key: RandomKey
  ) throws -> FrameSeries {
    let keys = key.split(5)
    let draws = keys[0].uniform(6 * count, as: Double.self)
    func rate(_ place: Int) -> [Double] { (0..<count).map { 1 + draws[6 * $0 + place] } }
    let unknown: [String: [Double]] = [
      "alpha": rate(0), "beta": rate(1), "gamma": rate(2), "delta": rate(3),
    ]
    let initial = (0..<count).map { (row: Int) -> [Double] in
      [1 + 2 * draws[6 * row + 4], 1 + 2 * draws[6 * row + 5]]
    }
    var series = try simulated(
      "lotka-volterra", frames: frames, interval: 0.05, constants: [:], unknown: unknown,
      initial: initial)
    series.observe(
      randomEmission(series.states, to: 4, keys: Array(keys[1..<4])), noise: noise, key: keys[4])
    return series
  }

  /// Hearts and vessels: bleeding or not, relaxed vessels or not; every fourth second of 400 s after the first 50 s.
  ///
  /// Features are arterial and venous pressure and heart rate; the noise is 0.05 of their scaled units.
  static func circulations(_ count: Int, noise: Double = 0.05, key: RandomKey) throws -> FrameSeries
  {
    let keys = key.split(2)
    let draws = keys[0].uniform(6 * count, as: Double.self)
    func between(_ row: Int, _ place: Int, _ a: Double, _ b: Double) -> Double {
      a + (b - a) * draws[6 * row + place]
    }
    var series = try simulated(
      "cardiovascular", frames: 100, interval: 4, skipping: 50, constants: [:],
      unknown: [
        "external": (0..<count).map { draws[6 * $0] < 0.5 ? 0 : -2 },
        "relaxation": (0..<count).map { draws[6 * $0 + 1] < 0.5 ? 0 : 0.5 },
      ],
      initial: (0..<count).map { row in
        [
          between(row, 2, 0.75, 0.85), between(row, 3, 0.3, 0.7), between(row, 4, 0.15, 0.25),
          between(row, 5, 0.9, 1),
        ]
      })
    let heartRate = series.states.sliced(2..<3, axis: 2) * (3 - 2.0 / 3) + 2.0 / 3
    series.observe(
      concatenate([series.states.sliced(0..<2, axis: 2), heartRate], axis: -1)
        .converted(to: .float32), noise: noise, key: keys[1])
    return series
  }

  // MARK: - Simulation and emission

  /// Trajectories of a named system; unknown parameters are one value a series, in the order of the system's parameters.
  static func simulated(
    _ name: String, frames: Int, interval: Double, skipping skipped: Double = 0,
    constants: [String: Double], unknown: [String: [Double]], initial: [[Double]]
  ) throws -> FrameSeries {
    guard let system = try NamedSystem.named(name)?.equations() else {
      preconditionFailure("no system \(name)")
    }
    let times = [0] + (0..<frames).map { skipped + Double($0) * interval }
    let solver = ODESolver(
      method: .dormandPrince5,
      control: .proportionalIntegral(Tolerance(relative: 1e-8, absolute: 1e-8)))
    var states = [Double](repeating: 0, count: frames * initial.count * system.states.count)
    for (row, start) in initial.enumerated() {
      let values = system.parameters.map { parameter in
        unknown[parameter.name]?[row] ?? constants[parameter.name] ?? parameter.defaultValue
      }
      let drop = skipped > 0 ? 1 : 0
      let solution = system.solution(
        from: start, at: Array(times[(1 - drop)...]), parameters: values, solver: solver)
      for frame in 0..<frames {
        let place = (frame * initial.count + row) * system.states.count
        for (state, value) in solution.states[frame + drop].enumerated() {
          states[place + state] = value
        }
      }
    }
    let table = Tensor(states, shape: [frames, initial.count, system.states.count])
    return FrameSeries(
      observed: table, clean: table, states: table,
      parameters: system.parameters.compactMap { unknown[$0.name] }, interval: interval)
  }

  /// Takes frames without noise as what is seen, and adds noise.
  mutating func observe(_ frames: Tensor, noise: Double, key: RandomKey) {
    clean = frames
    observed = (frames + noise * key.normal(frames.shape)).evaluated()
  }

  /// `W₂ tanh(W₁ x + b₁)` with drawn weights, each feature with mean 0 and variance 1 over all frames.
  private static func randomEmission(_ x: Tensor, to features: Int, keys: [RandomKey]) -> Tensor {
    let inner = keys[0].normal([x.shape[2], 16], scalarType: .float64)
    let bias = keys[1].normal([16], scalarType: .float64)
    let outer = keys[2].normal([16, features], scalarType: .float64)
    let frames = tanh(x.matrixMultiplied(by: inner) + bias).matrixMultiplied(by: outer)
    let centered = frames - frames.mean([0, 1])
    return (centered / sqrt(square(centered).mean([0, 1]))).converted(to: .float32).evaluated()
  }
}
