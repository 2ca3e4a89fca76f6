import ContinuousModels
import Integrators
import MechanisticModels
import NumericCore
import Platform
import NeuralNets
import Programs
import Transforms
import Tensors
import Testing

private let oral = """
  gut' = -ka*gut
  central' = ka*gut - cl/v*central
  cp = central/v
  ka = 1 in 0.2..5
  cl = 3 > 0
  v = 30 > 0
  gut(0) = 0 fixed
  central(0) = 2*v fixed
  """

@Suite struct SubjectInferenceTests {
  private static let times = [0.5, 1, 2.5, 4, 8]

  private func measured(_ id: String, _ values: [Double]) -> Experiment {
    Experiment(id: id, zip(Self.times, values).map { .init(time: $0, of: "cp", .exact($1)) })
  }

  /// Two doses, one of them at a measured time; a dose and a known volume; no dose and a known initial value.
  private var experiments: [Experiment] {
    var one = measured("a", [1, 2, 3, 2, 1])
    one.doses = DoseSchedule([
      Dose(of: 100, into: "gut", at: 0), Dose(of: 50, into: "central", at: 2.5),
    ])
    // What was measured before the dose at its time.
    one.measurements.append(Measurement(time: 2.5, of: "cp", .exact(2)))
    one.measurements[one.measurements.count - 1].isBeforeDose = true
    var other = measured("b", [1, 4, 3, 2, 1])
    other.doses = DoseSchedule([Dose(of: 80, into: "gut", at: 1)])
    other.conditions = ["v": 12]
    var third = measured("c", [3, 2, 1, 1, 0.5])
    third.conditions = ["central(0)": 90]
    return [one, other, third]
  }

  /// Against solves of the equations, which share no code with the flow of a batch.
  @Test func `doses and known values of each experiment enter its curve`() throws {
    let system = try EquationSystem(oral, name: "oral")
    var law = EquationMechanism(system, timeScale: 2)
    law.stateScales = [50, 40]
    let tensors = SubjectTensors(
      law: law, channels: ["cp"], means: [1.5], deviations: [1], starts: [0, 0, 0])
    let batch = tensors.batch(
      experiments, noise: RandomKey(4).normal([3, 4], scalarType: .float32))
    var sizes = EquationGOKU.Sizes(features: tensors.featureCount, summary: 0)
    (sizes.recurrent, sizes.latent, sizes.hidden) = (3, 2, 4)
    let model = EquationGOKU(
      law, channels: [.intermediate(0)], means: [1.5], deviations: [1], sizes: sizes,
      solver: ODESolver(
        method: .dormandPrince5,
        control: .proportionalIntegral(Tolerance(relative: 1e-6, absolute: 1e-6))),
      key: RandomKey(3))
    let latent = RandomKey(9).normal([3, 2], scalarType: .float32)
    let decoded = model.decoded(
      state: latent, parameters: latent, batch.query, given: batch.conditions)
    let parameters = decoded.parameters.values
    #expect(parameters[5] == 12)
    for (subject, experiment) in experiments.enumerated() {
      let own = Array(parameters[3 * subject..<3 * subject + 3])
      let initial = [0, experiment.conditions["central(0)"] ?? 2 * own[2]]
      let rows = tensors.rows(of: experiment)
      let asked = rows.map { $0.isBeforeDose ? $0.time - 1e-9 : $0.time }
      let solved = system.solution(
        from: initial, at: [0] + asked, parameters: own, doses: experiment.doses, solver: .init())
      for row in rows.indices {
        let expected = (solved.states[row + 1][1] / own[2] - 1.5)
        let found = decoded.mean.values[row * experiments.count + subject]
        // Single precision, over tolerances of 1e-6.
        #expect(abs(found - expected) < 1e-4 * (1 + abs(expected)), "\(experiment.id) \(row)")
      }
    }
  }

  @Test func `fixed initial values stay, and others keep to their bounds`() throws {
    let text = "x' = -k*x\ny' = k*x\nz' = x\nk = 1\nx(0) = 3 fixed\ny(0) = 1 in 0..4\nz(0) = 2 > 0"
    let law = EquationMechanism(try EquationSystem(text, name: "e"))
    #expect(law.startsSeries)
    #expect(law.initialRanges == [nil, .between(0, 4, centre: 1), .beyond(0, size: 2)])
    let free = EquationMechanism(try EquationSystem("x' = -x\nx(0) = 3", name: "e"))
    #expect(!free.startsSeries)
  }

  @Test func `what a GOKU-net does not have is refused`() throws {
    let law = EquationMechanism(try EquationSystem(oral, name: "oral"))
    func problem(_ change: (inout Experiment) -> Void) -> SubjectInference.Problem? {
      var experiments = experiments
      change(&experiments[1])
      do {
        _ = try SubjectInference(law, Experiments(experiments))
        return nil
      } catch { return error }
    }
    #expect(problem { _ in } == nil)
    #expect(
      problem { $0.measurements[2].value = .below(0.1) }
        == .censored("cp", id: "b", time: 2.5))
    #expect(
      problem { $0.doses.doses[0].administration = .duration(1) } == .dose(id: "b", time: 1))
    #expect(problem { $0.doses.resets = [3] } == .dose(id: "b", time: 3))
    #expect(
      problem { $0.measurements[0].observable = "c" }
        == .unknownObservable("c", known: ["gut", "central", "cp"]))
    #expect(problem { $0.startTime = 0.75 } == .beforeStart(id: "b", time: 0.5))
  }

  /// A short training of few subjects; the experiment `subjects` is the long one.
  @Test func `parameters of subjects are inferred`() throws {
    let system = try EquationSystem(
      "x' = -k*x\nk = 1 > 0\nx(0) = 0 fixed", name: "decay")
    let truth = (0..<12).map { 0.5 + 0.1 * Double($0) }
    let noise = RandomKey(8).normal(12 * 6, as: Double.self)
    let experiments = truth.enumerated().map { subject, rate in
      var one = Experiment(
        id: "s\(subject)",
        (0..<6).map { row in
          let time = 0.4 * Double(row + 1)
          let value = 10 * Double.exponential(-rate * time) + 0.1 * noise[6 * subject + row]
          return Measurement(time: time, of: "x", .exact(value))
        })
      one.doses = DoseSchedule([Dose(of: 10, into: "x", at: 0)])
      return one
    }
    var inference = try SubjectInference(EquationMechanism(system), Experiments(experiments))
    inference.iterations = 300
    let found = try inference.run()
    #expect(found.map(\.id) == experiments.map(\.id))
    for (subject, rate) in zip(found, truth) {
      // A fit of one subject alone has an error of 0.02.
      #expect(abs(subject.means[0] - rate) < 0.15, "\(subject.means[0]) for \(rate)")
      #expect(subject.deviations[0] > 0)
    }
  }
}
