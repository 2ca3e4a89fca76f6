import Platform
import Reports
import ContinuousModels
import NeuralNets
import Transforms
import Tensors

/// Pictures of weights that depend on depth.
enum EvolvingCharts {
  private static let steps = 100

  /// Weights and a circle of points over time, `[moment]`, by steps of Runge and Kutta.
  private static func course(
    _ system: LinearCoupledSystem, _ circle: [Double]
  ) -> [(weights: [Double], points: [Double])] {
    var state = system
    var points = Tensor(circle, shape: [circle.count / 2, 2])
    var course = [(state.initial.values, points.values)]
    let h = 1 / Double(steps)
    for _ in 0..<steps {
      points = part(state, points, h)
      let weights = state.initial
      func rate(_ weights: Tensor) -> Tensor { state.weightRate([weights])[0] }
      let a = rate(weights)
      let b = rate(weights + (h / 2) * a)
      let c = rate(weights + (h / 2) * b)
      let d = rate(weights + h * c)
      state.initial = (weights + (h / 6) * (a + 2 * b + 2 * c + d)).evaluated()
      course.append((state.initial.values, points.values))
    }
    return course
  }

  /// The points a time later: the system's own step of a length 1, with all rates scaled by that time.
  private static func part(
    _ system: LinearCoupledSystem, _ points: Tensor, _ time: Double
  ) -> Tensor {
    var slower = system
    slower.initial = time * system.initial
    slower.evolution = system.evolution.map { time * $0 }
    return slower.state(from: points, steps: 1).evaluated()
  }

  /// The entries of the weights over time, and what becomes of a circle.
  static func linear(constant: LinearCoupledSystem, evolving: LinearCoupledSystem) -> [Chart] {
    let angles = (0..<16).map { 2 * .pi * Double($0) / 16 }
    let circle = angles.flatMap { [Double.cosine($0), Double.sine($0)] }
    let courses = [course(constant, circle), course(evolving, circle)]
    let times = (0...steps).map { Double($0) / Double(steps) }
    let colors: [SeriesColor] = [.first, .second, .third, .fourth]
    let names = ["θ₁₁", "θ₁₂", "θ₂₁", "θ₂₂"]
    let lines = courses.enumerated().flatMap { place, course in
      names.indices.map { entry in
        Mark.line(
          place == 0 ? "" : names[entry], x: times, y: course.map { $0.weights[entry] },
          color: colors[entry], emphasis: place == 0 ? .dashed : .normal)
      }
    }
    func paths(_ title: String, _ course: [(weights: [Double], points: [Double])]) -> Chart {
      let marks = angles.indices.map { row in
        Mark.line(
          x: course.map { $0.points[2 * row] }, y: course.map { $0.points[2 * row + 1] },
          emphasis: .faint)
      }
      func ring(_ name: String, _ points: [Double], _ color: SeriesColor) -> Mark {
        .points(
          name, x: angles.indices.map { points[2 * $0] },
          y: angles.indices.map { points[2 * $0 + 1] }, color: color)
      }
      let edge = 1.05 * max(2, course.flatMap(\.points).map(\.magnitude).max() ?? 2)
      let wanted = angles.flatMap { [-Double.cosine($0), -2 * Double.sine($0)] }
      return Chart(
        title, x: Axis("z₁", range: -edge...edge), y: Axis("z₂", range: -edge...edge),
        width: .third,
        height: nil,
        caption: "Sixteen points of the unit circle on their way to diag(−1, −2) z.",
        marks: marks + [
          ring("start", circle, .muted), ring("wanted", wanted, .ink),
          ring("end", course[steps].points, .second),
        ])
    }
    return [
      Chart(
        "diag(−1, −2): weights over time", x: Axis("t"), y: Axis("weight"), width: .third,
        height: nil,
        caption:
          "Lines: the evolving weights of the best start. Dashed: the constant ones of the best start.",
        marks: lines),
      paths("Constant weights", courses[0]), paths("Evolving weights", courses[1]),
    ]
  }

  // MARK: - Digits

  /// How far the weights of trained classifiers go from those at depth 0, and one of their columns.
  static func digits(
    _ classifiers: [(name: String, model: EvolvingClassifier, accuracy: Double)]
  ) -> [Chart] {
    let colors: [SeriesColor] = [.muted, .ink, .third, .fourth, .first, .second]
    let depth = 20
    let times = (0..<depth).map { Double($0) / Double(depth) }
    let changes = zip(classifiers, colors).map { classifier, color in
      let values = classifier.model.weight.values(steps: depth).map(\.values)
      let size = values[0].reduce(0) { $0 + $1 * $1 }
      return Mark.line(
        classifier.name, x: times,
        y: values.map { now in
          (zip(now, values[0]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / size)
            .squareRoot()
        }, color: color)
    }
    let names = classifiers.map { $0.name == "time appended" ? "with time" : $0.name }
    let least = classifiers.map(\.accuracy).min() ?? 0
    var charts = [
      Chart(
        "Weights over depth", x: Axis("t"), y: Axis("‖W(t) − W(0)‖ / ‖W(0)‖"), width: .half,
        height: 240, caption: "Of classifiers trained on digits, by kind of weights.",
        marks: changes),
      Chart(
        "Accuracy by kind of weights", x: Axis(scale: .categories(names)),
        y: Axis("right (%)", range: min(95, max(0, least - 1))...100), width: .half, height: 240,
        caption: "On 360 test digits; one digit is 0.28 points.",
        marks: [
          .points(
            x: classifiers.indices.map(Double.init), y: classifiers.map(\.accuracy),
            color: .first)
        ]),
    ]
    for classifier in classifiers where classifier.name.hasPrefix("evolving") {
      let values = classifier.model.weight.values(steps: depth)
      let (rows, columns) = (values[0].shape[0], values[0].shape[1])
      let lines = (0..<rows).map { row in values.map { $0.values[row * columns] } }
      charts.append(
        Chart(
          "A column of the \(classifier.name) weights", x: Axis("t", range: 0...1),
          y: Axis("place", range: 0...Double(rows)), width: .half, height: 240,
          caption:
            "They react, diffuse and drift along their first axis; blue is negative, red positive.",
          marks: [
            Mark(.heatMap(values: lines, x: 0...1, y: 0...Double(rows), .diverging))
          ]))
    }
    return charts
  }
}
