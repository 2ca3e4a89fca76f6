import LearningTasks
import Reports

extension DensityCharts {
  /// Test likelihood and evaluations while training goes on, one line for each training.
  static func progress(
    _ trainings: [(name: String, history: [PlanarTraining.Moment])]
  ) -> [Chart] {
    let colors: [SeriesColor] = [.first, .second, .third, .fourth, .fifth, .sixth]
    func chart(
      _ title: String, _ label: String, _ caption: String,
      _ value: (PlanarTraining.Moment) -> Double
    ) -> Chart {
      Chart(
        title, x: Axis("step"), y: Axis(label), width: .half, height: 220, caption: caption,
        marks: zip(trainings, colors).map { training, color in
          .line(
            training.name, x: training.history.map { Double($0.step) },
            y: training.history.map(value), color: color)
        })
    }
    return [
      chart("Likelihood over training", "NLL (nats)", "Fresh points, by a finer solver.") {
        $0.validation
      },
      chart(
        "Evaluations over training", "evaluations",
        "Of the field, by Dormand–Prince at tolerance 1e-5 for 500 points in one step."
      ) { Double($0.evaluations) },
    ]
  }
}
