import Platform
import Serialization
import NumericCore
import Foundation
import Testing

/// `train classify`, `predict` and `evaluate`, as a stranger uses them.
@Suite(.serialized) struct ClassesCommandTests {
  private let folder = "/tmp/neural-ode-classes-\(UUID().uuidString)"

  private var run: String { folder + "/run" }

  /// Runs the tool; in what it says, paths in the folder are short.
  private func tool(_ words: [String]) throws -> Tool.Result {
    var result = try Tool.run(words)
    result.errors = result.errors.replacingOccurrences(of: folder + "/", with: "")
    return result
  }

  private func train(_ words: String..., data: String = "f.csv") throws -> Tool.Result {
    try tool(
      [
        "train", "classify", "--data", "\(folder)/\(data)", "--out", run, "--threads",
        "1",
        "--set", "network.width=8", "--set", "training.epochs=30", "--set", "training.batchSize=16",
        "--set", "training.learningRate=0.02",
      ] + words)
  }

  private func write(_ text: String, _ name: String = "f.csv") throws {
    try Files.createDirectory(folder)
    try Files.writeAtomically(Array(text.utf8), to: "\(folder)/\(name)")
  }

  /// Three kinds of flowers at three places.
  private static let flowers: String = {
    let names = ["aster", "lily", "rose"]
    let normal = RandomKey(8).normal(360, as: Double.self)
    let rows = (0..<180).map { row in
      "\(4 * Double(row % 3) + normal[2 * row]),\(normal[2 * row + 1]),\(names[row % 3])\n"
    }
    return "length,width,kind\n" + rows.joined()
  }()

  @Test(
    arguments: [
      ("", [], "f.csv: the file is empty; it needs a header line and rows below it"),
      ("x,label\n", [], "f.csv: there is a header and no row below it; add the measurements"),
      (
        "x,label\n1,0\n2,1.5\n", [],
        "f.csv:3: '1.5' in the label column 'label' is not a whole number; classes are whole numbers or names "
          + "(another column: --label NAME)"
      ),
      (
        "x,label\n1,a\n2,1\n", [],
        "f.csv:3: '1' in the label column 'label' is a number where other rows have names; use one kind in all "
          + "rows (another column: --label NAME)"
      ),
      (
        "x,label\n" + (0..<40).map { "\($0),a\n" }.joined(), [],
        "f.csv: all are of the class 'a'; add data of another class, or use another label column (another column: "
          + "--label NAME)"
      ),
      (
        "x,label\n1,0\nNaN,1\n", [],
        "f.csv:3: 'NaN' in column 'x' is not a finite number; leave a missing cell empty (for series also: --missing "
          + "'NaN')"
      ),
      (
        "x,y,label\n" + (0..<40).map { "\($0),5,\($0 % 2)\n" }.joined(), [],
        "f.csv: the channel 'y' is 5.0 throughout, so there is nothing to learn; leave it out (for series: --channels)"
      ),
      (
        (0..<30).map { "x\($0)," }.joined() + "label\n"
          + (0..<24).map { row in (0..<30).map { "\(row * $0 % 7)," }.joined() + "\(row % 2)\n" }
          .joined(),
        [],
        "f.csv: 24 complete rows where 31 are needed, more than features and 10 per class; add rows or leave columns out"
      ),
      (
        "x,labels\n1,0\n", ["--label", "label"],
        "f.csv:1: there is no column 'label'; did you mean 'labels'? The header has x, labels"
      ),
      (
        "x,label\n1,0\n", ["--set", "data.label=kind"],
        "f.csv:1: there is no column 'kind'; the header has x, label"
      ),
      (
        "x,label\n" + (0..<20).map { "\($0),\($0)\n" }.joined(), [],
        "f.csv: 20 classes in 20 examples; the label column looks like a measurement, use another one (another column: --label NAME)"
      ),
      (
        "5.1,3.5,setosa\n4.9,3.0,setosa\n", [],
        "f.csv:1: the first line has values and no names; put a line with the columns' names above it"
      ),
      (
        "x   label\n1.5     0\n", [],
        "f.csv:1: the cells are separated by blanks; separate them by commas, semicolons or tabs"
      ),
    ] as [(String, [String], String)])
  func `bad tables are one line with file, line and fix, and status 65`(
    text: String, words: [String], line: String
  ) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try write(text)
    var result = try Tool.run(
      ["train", "classify", "--data", folder + "/f.csv", "--out", run] + words)
    result.errors = result.errors.replacingOccurrences(of: folder + "/", with: "")
    #expect(result.status == 65 && result.output.isEmpty)
    #expect(result.errors == "error: \(line)\n")
    #expect(!Files.exists(run))
  }

  /// An IDX file of bytes.
  private static func idx(_ shape: [Int], _ bytes: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(shape.count)]
      + shape.flatMap { size in [24, 16, 8, 0].map { UInt8(size >> $0 & 255) } } + bytes
  }

  private static let pixels = (0..<60 * 64).map { UInt8($0 * 7 % 256) }
  private static let labels = (0..<60).map { UInt8($0 % 3) }

  @Test(
    arguments: [
      (
        nil, idx([60], labels), 66,
        "d: has no train-images-idx3-ubyte and train-labels-idx1-ubyte (plain or .gz); name a folder with these files, or "
          + "fetch one with `Scripts/fetch-fashion-mnist`"
      ),
      (
        Array(idx([60, 8, 8], pixels).dropLast(5)), idx([60], labels), 65,
        "d/train-images-idx3-ubyte: has 3851 bytes where its header announces 3856; the file is truncated or has extra bytes, "
          + "copy it again"
      ),
      (
        [1, 2] + idx([60, 8, 8], pixels), idx([60], labels), 65,
        "d/train-images-idx3-ubyte: is not an IDX file of unsigned bytes; download it again or convert it"
      ),
      (
        idx([60, 8, 8], pixels), idx([59], Array(labels.dropLast())), 65,
        "d/train-labels-idx1-ubyte: has 59 labels for 60 images; use the two files of one data set"
      ),
      (
        idx([60], labels), idx([60, 8, 8], pixels), 65,
        "d/train-images-idx3-ubyte: has 1 axes where images have 3 or 4; check that labels and images are not swapped"
      ),
      (
        idx([60, 8, 8], pixels), idx([60], [UInt8](repeating: 0, count: 60)), 65,
        "d/train-images-idx3-ubyte: all images are of the class '0'; use a folder with "
          + "more classes"
      ),
      (
        idx([60, 8, 8], pixels), idx([60], [UInt8](repeating: 3, count: 60)), 65,
        "d/train-images-idx3-ubyte: all images are of the class '3'; use a folder with "
          + "more classes"
      ),
      (
        idx([60, 4, 16], pixels), idx([60], labels), 65,
        "d/train-images-idx3-ubyte: the images have 4 × 16 pixels where the network needs 6 × 6; enlarge them, or write "
          + "the pixels into a CSV table"
      ),
    ] as [([UInt8]?, [UInt8], Int32, String)])
  func `bad images are one line with file and fix, and nothing is written`(
    images: [UInt8]?, labels: [UInt8], status: Int32, line: String
  ) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Files.createDirectory(folder + "/d")
    if let images { try Files.writeAtomically(images, to: folder + "/d/train-images-idx3-ubyte") }
    try Files.writeAtomically(labels, to: folder + "/d/train-labels-idx1-ubyte")
    let result = try train(data: "d")
    #expect(result.status == status && result.output.isEmpty)
    #expect(result.errors == "error: \(line)\n")
    #expect(!Files.exists(run))
  }

  @Test func `a table is learned, predicted and evaluated`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try write(Self.flowers)
    let trained = try train("--json")
    #expect(trained.status == 0)
    let document = try JSONValue(parsing: trained.output)
    // Places 4 apart with a deviation of 1: by the best rule 97 % of the rows are right.
    #expect((document["metrics"]?["accuracyPercent"]?.number ?? 0) > 85)

    let evaluated = try tool(["evaluate", run, "--data", folder + "/f.csv", "--json"])
    #expect(evaluated.status == 0)
    #expect(try JSONValue(parsing: evaluated.output)["metrics"] == document["metrics"])

    // New rows, columns in another order, with one that the model does not know, and no label.
    try write("width,note,length\n0.1,9,0\n-0.2,9,4\n0,9,8\n", "new.csv")
    let predicted = try tool(["predict", run, "--data", folder + "/new.csv"])
    #expect(predicted.status == 0)
    let lines = predicted.output.split(separator: "\n").map { $0.split(separator: ",") }
    #expect(lines.count == 4)
    #expect(lines[0] == ["class", "p_aster", "p_lily", "p_rose"])
    #expect(lines.dropFirst().map { $0[0] } == ["aster", "lily", "rose"])

    // The label column is known by the name it had in training, wherever it stands.
    try write("kind,width,length\nlily,0.1,4\nrose,0,8\n", "other.csv")
    let other = try tool(["evaluate", run, "--data", folder + "/other.csv", "--json"])
    #expect(other.status == 0)
    #expect(try JSONValue(parsing: other.output)["metrics"]?["accuracyPercent"]?.number == 100)
  }

  @Test func `other data than the model's are refused with a fix`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try write(Self.flowers)
    #expect(try train("--set", "training.epochs=1").status == 0)
    try write("length,kind\n1,lily\n", "g.csv")
    let missing = "error: g.csv:1: there is no column 'width'; the header has length, kind\n"
    for verb in ["predict", "evaluate"] {
      let result = try tool([verb, run, "--data", folder + "/g.csv"])
      #expect(result.status == 65 && result.output.isEmpty)
      #expect(result.errors == missing)
    }
    try write("length,width,kind\n1,2,tulip\n", "g.csv")
    let tulip = try tool(["evaluate", run, "--data", folder + "/g.csv"])
    #expect(tulip.status == 65)
    #expect(
      tulip.errors
        == "error: g.csv: the model has no class 'tulip'; its classes are aster, lily, rose\n")
    try write("length,width\n1,\n2,3\n", "g.csv")
    let gap = try tool(["predict", run, "--data", folder + "/g.csv"])
    #expect(gap.status == 65)
    #expect(
      gap.errors
        == "error: g.csv: 1 row has an empty cell in a column that the model reads; fill them in or remove the rows\n"
    )
    try Files.createDirectory(folder + "/d")
    try Files.writeAtomically(
      Self.idx([60, 8, 8], Self.pixels), to: folder + "/d/train-images-idx3-ubyte")
    try Files.writeAtomically(
      Self.idx([60], Self.labels), to: folder + "/d/train-labels-idx1-ubyte")
    let images = try tool(["evaluate", run, "--data", folder + "/d"])
    #expect(images.status == 65)
    #expect(
      images.errors
        == "error: d/train-images-idx3-ubyte: the rows are images of 8 × 8 pixels, 1 channel where the model was "
        + "trained on 2 features; use data of the same kind\n")
  }

  @Test func `images are learned, predicted and evaluated`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Files.createDirectory(folder + "/d")
    // Stripes across, upright, or aslant, on noise.
    let noise = RandomKey(9).uniform(90 * 64, as: Double.self)
    let pixels = (0..<90 * 64).map { place -> UInt8 in
      let (x, y) = (place % 8, place % 64 / 8)
      let isBright = [y, x, x + y][place / 64 % 3] % 4 < 2
      return UInt8(isBright ? 200 : 60 * noise[place])
    }
    let labels = (0..<90).map { UInt8($0 % 3) }
    try Files.writeAtomically(
      Self.idx([90, 8, 8], pixels), to: folder + "/d/train-images-idx3-ubyte")
    try Files.writeAtomically(Self.idx([90], labels), to: folder + "/d/train-labels-idx1-ubyte")
    let trained = try train(
      "--set", "training.crop=0", data: "d")
    #expect(trained.status == 0)
    let predicted = try tool([
      "predict", run, "--data", folder + "/d/train-images-idx3-ubyte", "--json",
    ])
    #expect(predicted.status == 0)
    let classes = try JSONValue(parsing: predicted.output)["predicted"]?.array?.map(\.string)
    let hits = zip(classes ?? [], labels).count { $0 == "\($1)" }
    #expect(hits >= 80)
    let evaluated = try tool(["evaluate", run, "--data", folder + "/d", "--json"])
    let accuracy = try JSONValue(parsing: evaluated.output)["metrics"]?["accuracyPercent"]?.number
    #expect(abs((accuracy ?? 0) - 100 * Double(hits) / 90) < 1e-9)
    let table = try tool(["predict", run, "--data", folder + "/d/train-labels-idx1-ubyte"])
    #expect(table.status == 65)
    #expect(table.errors.contains("has 1 axes where images have 3 or 4"))
  }
}
