import Integrators
import MechanisticModels
import NumericCore
import Platform
import Reports

/// Parameters of 60 simulated subjects with one dose each, by a GOKU-net over all of them and by a fit of each.
package struct SubjectsExperiment: Experiment {
  package let name = "subjects"
  package let summary =
    "GOKU-net on 60 subjects with one dose each: bias, and errors against those of single fits"

  package init() {}

  private static let equations = """
    gut' = -ka*gut
    central' = ka*gut - cl/v*central
    cp = central/v
    ka = 1 > 0
    cl = 3 > 0
    v = 30 > 0
    gut(0) = 0 fixed
    central(0) = 0 fixed
    """
  private static let names = ["ka", "cl", "v"]
  private static let times = [0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 18, 24]
  private static let noise = 0.15

  /// The subjects' parameters `[subject][parameter]` and experiments.
  private func subjects(_ run: ExperimentRun) throws -> (truth: [[Double]], data: Experiments) {
    let system = try EquationSystem(Self.equations, name: "subjects")
    let count = run.choose(full: 60, quick: 12)
    let (draws, errors) = (
      run.key.folding(in: 31).normal(3 * count, as: Double.self),
      run.key.folding(in: 32).normal(Self.times.count * count, as: Double.self)
    )
    var truth: [[Double]] = []
    var experiments: [MechanisticModels.Experiment] = []
    for subject in 0..<count {
      let parameters = zip([1.5, 2.8, 32], 0..<3).map { centre, place in
        centre * Double.exponential(0.3 * draws[3 * subject + place])
      }
      // Half of them get the dose at the start, the others an hour later.
      let delay = Double(subject % 2)
      let doses = DoseSchedule([Dose(of: 320, into: "gut", at: delay)])
      let times = Self.times.map { $0 + delay }
      let solution = system.solution(
        at: [0] + times, parameters: parameters, doses: doses,
        solver: FitsExperiment.tightSolver)
      let measurements = times.enumerated().map { row, time in
        let value = solution.states[row + 1][1] / parameters[2]
        let error = errors[subject * times.count + row]
        return Measurement(time: time, of: "cp", .exact(value + Self.noise * error))
      }
      var experiment = MechanisticModels.Experiment(id: "s\(subject)", measurements)
      experiment.doses = doses
      truth.append(parameters)
      experiments.append(experiment)
    }
    return (truth, Experiments(experiments))
  }

  package func run(_ run: ExperimentRun) throws -> ExperimentResult {
    let (truth, data) = try subjects(run)
    let system = try EquationSystem(Self.equations, name: "subjects")
    let (inferred, seconds) = try timed {
      var inference = try SubjectInference(EquationMechanism(system), data)
      inference.key = run.key.folding(in: 33)
      inference.iterations = run.choose(full: inference.iterations, quick: 100)
      return try inference.run().map(\.means)
    }
    run.progress("GOKU-net: \(Figure(seconds)) s")
    let (single, singleSeconds) = try timed {
      try data.experiments.map { experiment in
        var fit = ParameterFit(system, to: Experiments([experiment]))
        fit.profiles = false
        fit.key = run.key
        let found = try fit.run()
        return Self.names.map { found[$0] ?? .nan }
      }
    }
    var result = ExperimentResult(claims: [])
    for (place, name) in Self.names.enumerated() {
      let ours = Scores(inferred, truth, place)
      let alone = Scores(single, truth, place)
      result.claims += [
        Claim(
          "\(name), bias over its standard error", ours: abs(ours.bias / ours.standardError),
          threshold: .atMost(run.choose(full: 2, quick: 20)), seconds: seconds),
        Claim(
          "\(name), error of a subject over that of a single fit", ours: ours.error / alone.error,
          threshold: .atMost(run.choose(full: 1.3, quick: 20)), seconds: seconds),
      ]
      result.notes.append(
        "\(name): errors of the logarithm \(Figure(ours.error)), bias \(Figure(ours.bias)) ± "
          + "\(Figure(ours.standardError)); single fits \(Figure(alone.error)), bias "
          + "\(Figure(alone.bias)) ± \(Figure(alone.standardError)), all of them in "
          + "\(Figure(singleSeconds)) s")
    }
    return result
  }

  /// Errors of the logarithm of a parameter over subjects.
  private struct Scores {
    /// The root of the mean square, the mean, and the mean's standard error.
    var error, bias, standardError: Double

    init(_ found: [[Double]], _ truth: [[Double]], _ place: Int) {
      let errors = zip(found, truth).map {
        Double.logarithm(max($0[place], 1e-300)) - .logarithm($1[place])
      }
      let count = Double(errors.count)
      let mean = errors.reduce(0, +) / count
      let squares = errors.reduce(0) { $0 + $1 * $1 } / count
      (bias, error) = (mean, squares.squareRoot())
      standardError = (max(squares - mean * mean, 0) / max(count - 1, 1)).squareRoot()
    }
  }
}
