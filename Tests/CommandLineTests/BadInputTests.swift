import Platform
import Foundation
import Testing

@Suite struct BadInputTests {
  /// Runs `data --check` on a file with this text.
  private func check(_ text: String?, _ words: String...) throws -> Tool.Result {
    let path = "/tmp/neural-ode-bad-\(UUID().uuidString).csv"
    if let text { try Files.writeAtomically(Array(text.utf8), to: path) }
    defer { try? Files.remove(path) }
    var result = try Tool.run(["data", "--check", path] + words)
    result.errors = result.errors.replacingOccurrences(of: path, with: "f.csv")
    return result
  }

  @Test(arguments: [
    ("", "f.csv: the file is empty; it needs a header line and rows below it"),
    ("time,x\n", "f.csv: there is a header and no row below it; add the measurements"),
    (
      "time,x\n0,1\n1,2,3\n",
      "f.csv:3: 3 cells where the header has 2; remove cells or quote text with commas"
    ),
    (
      "time,x\n0,1\n1,wet\n",
      "f.csv:3: 'wet' in column 'x' is not a number; write a number, or nothing if it is missing "
        + "(for series also: --missing 'wet', --id 'x' if it has the ids of series, or omit the column with --channels)"
    ),
    (
      "time,x\n0,1\n1,nan\n",
      "f.csv:3: 'nan' in column 'x' is not a finite number; leave a missing cell empty "
        + "(for series also: --missing 'nan')"
    ),
    (
      "time,x\n1,1\n0,2\n",
      "f.csv:3: the time 0 is earlier than the one before; sort the rows by time; if the file holds several "
        + "series, name the column of their ids with --id"
    ),
    (
      "time,x\n0,1\n0,2\n",
      "f.csv:3: the time 0 occurs twice; merge or remove one row, or use the mean "
        + "(--duplicates average)"
    ),
    (
      "id,time,channel,value\na,1,x,1\na,0,x,2\n",
      "f.csv:3: the time 0 of 'a' is earlier than the one before; sort the rows by time"
    ),
    (
      "time,x\n0,1\n1,1\n",
      "f.csv: the channel 'x' is 1.0 throughout, so there is nothing to learn; leave it out "
        + "(for series: --channels)"
    ),
    (
      "time,x\nnoon,1\n",
      "f.csv:2: 'noon' is not a time; write a number or a date such as 2024-05-31 18:30, or name the "
        + "column of times (--time) and that of ids (--id)"
    ),
    (
      "0;1,5\n1;2,5\n",
      "f.csv:1: the first line has values and no names; put a line with the columns' names above it"
    ),
    (
      "time;x\n1.2.2024;1,5\n2.2.4;1,5\n",
      "f.csv:3: '2.2.4' is not a time; write a number or a date such as 2024-05-31 18:30, or name the column of "
        + "times (--time) and that of ids (--id)"
    ),
    (
      "time;x\n1/2/2024;1,5\n2/2/2024;1,5\n",
      "f.csv:2: '1/2/2024' has an ambiguous order of day and month; write dates as 2024-05-31, or choose the order "
        + "(--dates day-first or month-first)"
    ),
    (
      "time     x\n   0   1.5\n",
      "f.csv:1: the cells are separated by blanks; separate them by commas, semicolons or tabs"
    ),
    (
      "time\tx\n0\t1,5\n",
      "f.csv:2: '1,5' in column 'x' is not a number; write it with a decimal point and nothing between thousands, or "
        + "separate the cells by semicolons"
    ),
    (
      "time;x\n0;1,5\n1;1.250\n",
      "f.csv:3: '1.250' has a point, and other numbers have decimal commas; write one of them throughout, and nothing "
        + "between thousands"
    ),
    ("time\n0\n", "f.csv:1: there is no column besides the times; add one for each channel"),
    (
      "id,time,x\na,1,1\nb,0,1\na,0,3\n",
      "f.csv:4: the id 'a' occurs again after line 2, and its time goes back to 0; give the second "
        + "series another id, or sort the rows by id and time"
    ),
  ])
  func `bad data are one line with file, line and fix, and status 65`(
    text: String, line: String
  ) throws {
    let result = try check(text)
    #expect(result.status == 65 && result.output.isEmpty)
    #expect(result.errors == "error: \(line)\n")
  }

  @Test func `a missing file is status 66`() throws {
    let result = try check(nil)
    #expect(result.status == 66 && result.output.isEmpty)
    #expect(result.errors == "error: f.csv: there is no such file; check the path\n")
  }

  @Test func `a window longer than the data is reported`() throws {
    let text = "time,x\n0,1\n1,2\n5,3\n"
    #expect(try check(text, "--window", "5").status == 0)
    let result = try check(text, "--window", "6")
    #expect(result.status == 65)
    #expect(
      result.errors
        == "error: f.csv: a window of 6 is longer than the data's 5; shorten the window "
        + "(for a training: --set windows.history=… --set windows.future=…)\n")
  }

  @Test func `warnings are on standard error with file, line and fix`() throws {
    let values = (0..<200).map { "\($0),\($0 < 120 ? 100 + $0 % 7 : 10 + $0 % 7)\n" }
    let found = try check("time,x\n" + values.joined())
    #expect(found.status == 0 && found.errors.isEmpty)
    let scaled = (0..<200).map { row in
      let value = Double(100 + row * 7 % 13)
      return "\(row),\(row < 120 ? value : value / 10)\n"
    }
    let odd = try check("time,x\n" + scaled.joined())
    #expect(odd.status == 0)
    #expect(
      odd.errors
        == "warning: f.csv:122: from here (time 120) on 'x' is about 10.6 where it was about 106, as if "
        + "the unit changed (0.1 times, as between a unit and its tenth); convert one part if it did\n"
    )
  }

  @Test func `a good file is described`() throws {
    let result = try check("date,x,y\n2024-01-01,1,\n2024-01-02,2,5\n2024-01-04,3,7\n", "--json")
    #expect(result.status == 0 && result.errors.isEmpty)
    let document = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    let summary = try #require(document as? [String: Any])
    #expect(summary["rows"] as? Int == 3 && summary["longestGap"] as? Double == 48)
    #expect(summary["end"] as? String == "2024-01-04 00:00:00")
  }
}

@Suite struct LabelOptionTests {
  @Test(arguments: [
    (["train", "classify", "--labels", "l.csv"], "classes of series need data; add --data FILE"),
    (
      ["train", "classify", "--model", "latent-ode", "--data", "f.csv", "--label", "kind"],
      "--model: 'latent-ode' is not one of ode-net, anode, anodev2, ode-rnn, gru-d, rnn-dt, rnn-decay, rnn-impute, rnn"
    ),
    (
      ["train", "forecast", "--data", "f.csv", "--labels", "l.csv"],
      "'forecast' has no option '--labels'"
    ),
    (
      ["train", "classify", "--model", "anode", "--data", "f.csv", "--labels", "l.csv"],
      "--labels applies to classes of series; leave it out, or add --model ode-rnn"
    ),
  ])
  func `labels need series and a model that learns classes`(
    words: [String], sentence: String
  ) throws {
    let result = try Tool.run(words)
    #expect(result.status == 64)
    #expect(result.errors.contains(sentence), "\(result.errors)")
  }

  @Test func `a label that changes within a series has its line and the line of the first`() throws
  {
    let path = "/tmp/neural-ode-label-\(UUID().uuidString).csv"
    defer { try? Files.remove(path) }
    try Files.writeAtomically(
      Array("id,time,x,kind\na,0,1,well\na,1,2,sick\n".utf8), to: path)
    let result = try Tool.run(
      "train", "classify", "--model", "ode-rnn", "--data", path, "--label", "kind", "--out",
      path + ".run")
    #expect(result.status == 65)
    #expect(
      result.errors.contains(
        ":3: 'kind' of 'a' is 'sick' here and 'well' in line 2, but a series has only one value"),
      "\(result.errors)")
    #expect(!Files.exists(path + ".run"))
  }

  @Test func `for other data without labels the message names the option that reads them`() throws {
    let folder = "/tmp/neural-ode-labels-\(UUID().uuidString)"
    try Files.createDirectory(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (data, labels, run) = (folder + "/f.csv", folder + "/l.csv", folder + "/run")
    let rows = (0..<60).map { "s\($0 / 5),\($0 % 5),x,\($0 * 7 % 11)\n" }
    try Files.writeAtomically("id,time,channel,value\n" + rows.joined(), to: data)
    let classes = (0..<12).map { "s\($0),\($0 % 2)\n" }
    try Files.writeAtomically("id,label\n" + classes.joined(), to: labels)
    let trained = try Tool.run(
      "train", "classify", "--model", "ode-rnn", "--data", data, "--labels", labels, "--epochs",
      "1",
      "--threads", "1", "--out", run)
    #expect(trained.status == 0, "\(trained.errors)")
    let unnamed = try Tool.run("evaluate", run, "--data", data)
    #expect(unnamed.status == 66 && unnamed.errors.contains("; add --labels '\(labels)'"))
    #expect(
      try Tool.run("evaluate", run, "--data", data, "--labels", labels)
        .output.hasPrefix("on the test part of "))
    let other = folder + "/g.csv"
    try Files.writeAtomically("id,time,channel,value\n" + rows.joined(), to: other)
    let result = try Tool.run("evaluate", run, "--data", other)
    #expect(result.status == 65)
    #expect(
      result.errors
        == "error: \(other): there is no label 'label'; add a column of this name, or a file with an id and a label in each row (--labels FILE)\n"
    )
    #expect(try Tool.run("evaluate", run, "--data", other, "--labels", labels).status == 0)
  }

  @Test(arguments: [
    ("cities", "density"), ("digits", "classify"), ("glucose", "forecast"),
    ("fashion-mnist", "classify"), ("--model cnf --data f.csv", "density"),
    ("--model ode-net --data f.csv", "classify"), ("--model=anode --data=f.csv", "classify"),
    ("--model goku --system lorenz --data f.csv", "mechanism"), ("--data f.csv", "forecast"),
    ("--model ode-rnn --data f.csv --label kind", "classify"),
    ("--data f.csv --labels l.csv", "classify"), ("--model gru-d --data f.csv", "forecast"),
  ])
  func `an old spelling names the new one`(words: String, task: String) throws {
    let result = try Tool.run(["train"] + words.split(separator: " ").map(String.init))
    #expect(result.status == 64)
    #expect(
      result.errors
        == "error: 'neural-ode train \(words)' has a new spelling; write 'neural-ode train \(task)'\n"
    )
  }

  @Test(arguments: [("forecast", "cities"), ("density", "digits"), ("classify", "glucose")])
  func `a task refuses the recipe of another task`(task: String, recipe: String) throws {
    let result = try Tool.run("train", task, recipe)
    #expect(result.status == 78)
    #expect(result.errors.contains("there is no recipe '\(recipe)'; the names are"))
  }
}
