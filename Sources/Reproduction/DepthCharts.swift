import Reports

/// Pictures of depth as blocks or as a flow.
enum DepthCharts {
  /// What was seen after an epoch.
  struct Epoch: Sendable {
    /// Mean cross-entropy of the epoch's batches, in nats.
    var loss: Double
    /// Per cent of the test rows.
    var accuracy: Double
    /// Of the field by one joint solve of the test rows at 1e-6; not a number for residual blocks.
    var evaluations: Double
  }

  /// Loss, accuracy and evaluations over the epochs, one line for each training.
  static func training(_ trainings: [(name: String, epochs: [Epoch])]) -> [Chart] {
    let colors: [SeriesColor] = [.third, .first, .second]
    func chart(
      _ title: String, _ y: Axis, _ caption: String, _ value: (Epoch) -> Double
    ) -> Chart {
      Chart(
        title, x: Axis("epoch"), y: y, width: .half, height: 220, caption: caption,
        marks: zip(trainings, colors).compactMap { training, color in
          let values = training.epochs.map(value)
          guard values.contains(where: \.isFinite) else { return nil }
          return .line(
            training.name, x: values.indices.map { Double($0 + 1) }, y: values, color: color)
        })
    }
    return [
      chart(
        "Loss over training", Axis("cross-entropy (nats)", scale: .logarithmic),
        "Mean of an epoch's batches.", \.loss),
      chart(
        "Accuracy over training", Axis("right (%)", range: 85...100),
        "On 360 test digits; one digit is 0.28 points.", \.accuracy),
      chart(
        "Evaluations over training", Axis("evaluations"),
        "Of the field, by an adaptive solve of the test digits at 1e-6: the flow grows harder to follow as it "
          + "is trained.", \.evaluations),
    ]
  }

  /// Accuracy by so many equal steps, one line for each network.
  static func steps(
    _ networks: [(name: String, accuracies: [(steps: Int, accuracy: Double)])], trained: Int
  ) -> Chart {
    let colors: [SeriesColor] = [.first, .second]
    let counts = networks.first?.accuracies.map { "\($0.steps)" } ?? []
    let least = networks.flatMap(\.accuracies).map(\.accuracy).min() ?? 0
    let own = Double(counts.firstIndex(of: "\(trained)") ?? 0)
    return Chart(
      "Accuracy over steps at test", x: Axis("Runge–Kutta steps", scale: .categories(counts)),
      y: Axis("right (%)", range: min(95, max(0, least - 1))...100), width: .half, height: 220,
      caption:
        "The same weights with other steps; trained with \(trained) (dashed). A network that is a flow stays "
        + "what it is with more.",
      marks: [Mark(.verticalRule(own), color: .muted, emphasis: .dashed)]
        + zip(networks, colors).flatMap { network, color -> [Mark] in
          let (x, y) = (
            network.accuracies.indices.map(Double.init), network.accuracies.map(\.accuracy)
          )
          return [
            .line(network.name, x: x, y: y, color: color),
            .points(network.name, x: x, y: y, color: color),
          ]
        })
  }
}
