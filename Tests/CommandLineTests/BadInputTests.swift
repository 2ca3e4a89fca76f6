import Foundation
import NumericCore
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
      "time,x\n0,1\n1,high\n",
      "f.csv:3: 'high' in column 'x' is not a number; write a number, or nothing if it is missing"
    ),
    (
      "time,x\n0,1\n1,nan\n",
      "f.csv:3: 'nan' in column 'x' is not a finite number; leave a missing cell empty"
    ),
    (
      "time,x\n1,1\n0,2\n",
      "f.csv:3: the time 0 is earlier than the one before; sort the rows by time"
    ),
    (
      "time,x\n0,1\n0,2\n", "f.csv:3: the time 0 occurs twice; merge or remove one row"
    ),
    (
      "id,time,channel,value\na,1,x,1\na,0,x,2\n",
      "f.csv:3: the time 0 of 'a' is earlier than the one before; sort the rows by time"
    ),
    (
      "time,x\n0,1\n1,1\n",
      "f.csv: the channel 'x' is 1.0 throughout; leave it out, there is nothing to learn"
    ),
    (
      "time,x\nnoon,1\n",
      "f.csv:2: 'noon' is not a time; write a number or a date such as 2024-05-31 18:30"
    ),
  ])
  func `bad data are one line with file, line and remedy, and status 65`(
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

  @Test func `a window longer than the data is told`() throws {
    let text = "time,x\n0,1\n1,2\n5,3\n"
    #expect(try check(text, "--window", "5").status == 0)
    let result = try check(text, "--window", "6")
    #expect(result.status == 65)
    #expect(
      result.errors
        == "error: f.csv: a window of 6.0 is longer than the data's 5.0; shorten the window\n")
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
