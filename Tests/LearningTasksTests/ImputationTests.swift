import LearningTasks
import NumericCore
import Platform
import Tables
import Testing
import TimeSeries

/// Imputation of files with empty cells, missing rows and missing ends.
@Suite struct ImputationTests {
  private static func value(_ row: Int) -> Double {
    10 + 3 * Double.sine(2 * .pi * Double(row) / 12) + 0.01 * Double(row)
  }

  /// Two channels of which the second is half the first; `cells` decides what is written.
  private static func table(
    _ rows: some Sequence<Int>, cells: (Int, Int) -> Bool = { _, _ in true }
  ) -> String {
    var text = "time,x,y\n"
    for row in rows {
      let noise = 0.05 * Double((row * 7_919) % 13 - 6) / 6
      text += "\(row),"
      text += cells(row, 0) ? "\(value(row) + noise)," : ","
      text += cells(row, 1) ? "\(value(row) / 2)\n" : "\n"
    }
    return text
  }

  private func trained(_ folder: String) throws -> Forecaster {
    let file = folder + "/training.csv"
    try Files.writeAtomically(Self.table(0..<400), to: file)
    var recipe = ForecastRecipe.forFile(file)
    (recipe.history, recipe.future, recipe.steps) = (24, 12, 150)
    (recipe.batchSize, recipe.shardSize, recipe.validations) = (16, 16, 2)
    (recipe.network.latent, recipe.network.hidden, recipe.network.field) = (4, 12, 12)
    (recipe.network.decoder, recipe.network.head) = (16, 12)
    return try TrainingRun(ForecastTask(recipe), in: folder + "/run", threads: 1).run().model
  }

  @Test func `gaps are filled from both sides, and observed values are unchanged`() throws {
    let folder = "/tmp/neural-ode-imputation"
    try Files.createDirectory(folder)
    let model = try trained(folder)
    let file = folder + "/gaps.csv"
    // Empty cells 100 to 107 of x, missing rows 200 to 205, and no x in the last four rows.
    let rows = Array(60..<200) + Array(206..<260)
    try Files.writeAtomically(
      Self.table(rows) { row, channel in
        channel == 1 || !(100..<108).contains(row) && row < 256
      }, to: file)
    let filled = try Imputation(of: file, by: model)
    #expect(filled.channels == ["x", "y"] && !filled.hasIDs)
    #expect(filled.rows.map(\.time) == (60..<260).map(Double.init))
    #expect(filled.counts == (imputed: 8 + 12 + 4, added: 6, empty: 0))
    let file2 = try TimeSeriesFile.read(file)
    for row in 0..<file2.series[0].count {
      let time = file2.series[0].time(row)
      let cells = filled.rows[Int(time) - 60].cells
      for channel in 0...1 {
        guard let observed = file2.series[0].value(row, channel) else { continue }
        #expect(cells[channel].value == observed && cells[channel].band == nil)
      }
    }
    // The line across a gap of eight of twelve rows is wrong by about the amplitude of 3.
    var worst = 0.0
    for row in Array(100..<108) + Array(200..<206) {
      let cell = filled.rows[row - 60].cells[0]
      worst = max(worst, abs((cell.value ?? .nan) - Self.value(row)))
      #expect(cell.band.map { $0.lowerBound < $0.upperBound } == true)
    }
    #expect(worst < 1, "\(worst)")
    let given = try Imputation(of: file, by: model, addsRows: false)
    #expect(given.rows.map(\.time) == rows.map(Double.init) && given.counts.added == 0)
    let lines = filled.csv.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0] == "time,x,y,x lower,x upper,y lower,y upper")
    #expect(lines[1].hasSuffix(",,,,") && lines.count == 202)

    // A reading a whole window away from all others, and a cell without any reading near it.
    let far = folder + "/far.csv"
    try Files.writeAtomically("time,x,y\n0,10,5\n100,,\n200,,\n300,10,\n", to: far)
    let sparse = try Imputation(of: far, by: model)
    #expect(sparse.rows[0].cells[0].value == 10)
    #expect(sparse.counts.empty == 4 && sparse.counts.imputed == 1)
  }
}
