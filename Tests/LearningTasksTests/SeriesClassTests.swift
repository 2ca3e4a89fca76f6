import Platform
import NumericCore
import TimeSeries
import Tables
import LearningTasks
import ContinuousModels
import Testing

/// Series of a class that lies in their order alone: `early` ones have their bump in the first half.
///
/// Times are irregular and each series' own, a third of the readings is missing.
private func bumps(_ count: Int, label: (Int) -> String) -> String {
  var text = "id,time,x,y,kind\n"
  let draws = RandomKey(77).uniform(count * 60, as: Double.self)
  for series in 0..<count {
    for i in 0..<20 {
      let own = Array(draws[(series * 20 + i) * 3..<(series * 20 + i) * 3 + 3])
      let time = Double(i) + 0.8 * own[0]
      let place = isEarly(series) ? 5.0 : 14.0
      let bump = abs(time - place) < 2.5 ? 1.0 : 0
      let x = own[1] < 0.67 ? "\(bump + 0.2 * own[2])" : ""
      text += "s\(series),\(time),\(x),\(own[2]),\(label(series))\n"
    }
  }
  return text
}

private func isEarly(_ series: Int) -> Bool { series % 3 == 1 || series % 7 == 2 }

private func name(_ series: Int) -> String { isEarly(series) ? "early" : "late" }

private func recipe(_ file: String) -> SeriesClassRecipe {
  var recipe = SeriesClassRecipe()
  recipe.file = file
  recipe.label = "kind"
  (recipe.hidden, recipe.field, recipe.head, recipe.steps) = (16, 16, 16, 300)
  return recipe
}

private func folder(_ name: String) throws -> String {
  let path = "/tmp/neural-ode-tests-series-classes-\(name)"
  try Files.createDirectory(path)
  return path
}

@Suite struct SeriesClassTests {
  @Test(arguments: [ForecastKind.odeRNN, .gruD])
  func `a class that lies in the order of readings is learned`(kind: ForecastKind) throws {
    let folder = try folder(kind.rawValue)
    let file = folder + "/bumps.csv"
    try Files.writeAtomically(bumps(120, label: name), to: file)
    var recipe = recipe(file)
    recipe.model = kind
    let data = try SeriesClassData(recipe)
    #expect(data.classes == ["early", "late"] && data.warnings.isEmpty)
    let parts = data.training + data.validation + data.test
    #expect(parts.sorted() == Array(0..<120))
    let outcome = try TrainingRun(
      SequenceClassificationTask(recipe), in: folder + "/run", threads: 2
    )
    .run(on: data)
    #expect(outcome.evaluation.classifier.accuracy > 90)
    // The mean, the last value and the count do not tell the classes apart.
    for baseline in outcome.evaluation.baselines { #expect(baseline.evaluation.accuracy < 80) }
    try outcome.writeReport()

    let read = try SequenceClassifier(contentsOf: folder + "/run")
    #expect(try ModelArchive(contentsOf: folder + "/run").kind == SequenceClassifier.kind)
    let measured = try read.evaluation(on: nil, labels: nil)
    #expect(
      measured.evaluation == outcome.evaluation.classifier
        && measured.flow == outcome.evaluation.flow)
    #expect((outcome.evaluation.flow != nil) == (kind == .odeRNN))
    if let flow = outcome.evaluation.flow, let refined = read.model.network.dynamics.refined {
      #expect(abs(flow.finer.accuracy - outcome.evaluation.classifier.accuracy) < 10)
      // Forward and back an Euler step misses by the square of its size, so a quarter of the step misses by a quarter.
      var finer = read
      finer.model.network.dynamics = refined
      let fine = try #require(try finer.evaluation(on: nil, labels: nil).flow)
      let ratio = flow.reconstructionError / fine.reconstructionError
      #expect(ratio > 3 && ratio < 5.5)
    }
    // All series of the file again, with labels of their own file and without.
    let labels = folder + "/labels.csv"
    try Files.writeAtomically(
      "id,kind\n" + (0..<120).map { "s\($0),\(name($0))\n" }.joined(), to: labels)
    let bare = folder + "/bare.csv"
    try Files.writeAtomically(bumps(120) { _ in "" }, to: bare)
    let all = try read.evaluation(on: file, labels: nil).evaluation
    #expect(try read.evaluation(on: bare, labels: labels).evaluation == all)
    let (ids, said, _) = try read.prediction(of: bare)
    #expect(ids == (0..<120).map { "s\($0)" } && said.probabilities == all.probabilities)
    #expect(said.csv(ids: ids).hasPrefix("id,class,p_early,p_late\ns0,"))
    // A series does not depend on those beside it.
    let one = folder + "/one.csv"
    try Files.writeAtomically(
      bumps(1) { _ in "" }, to: one)
    let alone = try read.prediction(of: one).evaluation.probabilities
    for (a, b) in zip(alone, all.probabilities) { #expect(abs(a - b) < 1e-5) }
  }

  @Test func `invalid labels are reported`() throws {
    let folder = try folder("wrong")
    let file = folder + "/bumps.csv"
    func reason(
      labels: String? = nil, _ label: (Int) -> String
    ) throws -> DataError.Reason? {
      try Files.writeAtomically(bumps(30, label: label), to: file)
      var recipe = recipe(file)
      if let labels {
        recipe.labelsFile = folder + "/labels.csv"
        try Files.writeAtomically(labels, to: folder + "/labels.csv")
      }
      do {
        _ = try SeriesClassData(recipe)
      } catch {
        return error.reason
      }
      return nil
    }
    #expect(try reason(name) == nil)
    #expect(try reason { _ in "same" } == .labels(.oneClass("same")))
    #expect(try reason { "n\($0)" } == .labels(.tooManyClasses(found: 30, rows: 30)))
    #expect(
      try reason { $0 < 2 ? "rare" : "usual" }
        == .labels(.tooFewOfClass("rare", found: 2, needed: 3)))
    #expect(
      try reason { $0 % 2 == 0 ? "1" : "1.5" }
        == .labels(.labelNotWhole(text: "1.5", column: "kind")))
    #expect(
      try reason(labels: "id,kind\nq1,a\nq2,b\n", name)
        == .labels(.noIDInCommon(labels: ["q1", "q2"], data: ["s0", "s1", "s2"])))
    #expect(
      try reason(labels: "id,kind\ns1,a\ns2,b\ns1,b\n", name)
        == .labels(.labelTwice(id: "s1", line: 2)))
    #expect(
      try reason(labels: "id,a,b\ns1,1,2\n", name)
        == .missingColumn("kind", found: ["id", "a", "b"]))
    // A label that changes within a series: the line, and the line of the first.
    var text = bumps(30, label: name)
    text += "s29,99,1,1,early\n"
    try Files.writeAtomically(text, to: file)
    let error = #expect(throws: DataError.self) { try SeriesClassData(recipe(file)) }
    #expect(error?.line == 602)
    #expect(
      error?.reason
        == .attributeVaries(
          column: "kind", id: "s29", text: "early", before: "late", line: 582))
  }

  @Test func `series without a label are left out and counted`() throws {
    let folder = try folder("unlabelled")
    let file = folder + "/bumps.csv"
    try Files.writeAtomically(bumps(30) { $0 == 4 ? "" : name($0) }, to: file)
    let data = try SeriesClassData(recipe(file))
    #expect(data.series.count == 29 && !data.series.contains { $0.id == "s4" })
    #expect(
      data.warnings.map(\.kind) == [.unlabelledSeries(count: 1, of: 30, first: "s4")])
  }
}
