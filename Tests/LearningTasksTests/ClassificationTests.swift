import Platform
import NumericCore
import LearningTasks
import Tables
import TestSupport
import Testing

/// An IDX file of bytes.
private func idx(_ shape: [Int], _ bytes: [UInt8], type: UInt8 = 8) -> [UInt8] {
  [0, 0, type, UInt8(shape.count)]
    + shape.flatMap { size in [24, 16, 8, 0].map { UInt8(size >> $0 & 255) } } + bytes
}

/// Classes 0, 1, 2 … by turns, each about a place of its own.
private func table(_ count: Int, classes: Int = 3, features: Int = 2) -> String {
  let normal = RandomKey(1).normal(count * features, as: Double.self)
  var text = (0..<features).map { "x\($0)," }.joined() + "label\n"
  for row in 0..<count {
    for j in 0..<features {
      let place = j == 0 ? 3 * Double(row % classes) : 0
      text += "\(place + normal[row * features + j]),"
    }
    text += "\(row % classes)\n"
  }
  return text
}

private func read(_ text: String, label: String? = nil) throws(DataError) -> LabelledData {
  try LabelledData(name: "t", bytes: Array(text.utf8), label: label)
}

/// 22 classes in 42 rows.
private let tableOfManyClasses: String =
  "x,label\n" + (0..<40).map { "\($0),\($0 / 2 * 3)\n" }.joined() + "0,900\n1,901\n"

@Suite struct ClassificationDataTests {
  @Test(
    arguments: [
      ("", nil, .empty), ("x,label\n", nil, .noRows), ("label\n0\n", 1, .labels(.noFeatures)),
      ("x,label\n1,0\n2,1.5\n", 3, .labels(.labelNotWhole(text: "1.5", column: "label"))),
      ("x,label\n1,a\n2,1\n", 3, .labels(.labelsMixed(text: "1", column: "label"))),
      ("x,label\n1,0\nnan,1\n", 3, .notFinite(text: "nan", column: "x")),
      ("x,label\n1,0\nred,1\n", 3, .notANumber(text: "red", column: "x")),
      ("x,label\n1,0\n1,0,2\n", 3, .tooManyCells(found: 3, expected: 2)),
      ("x,label\n1,0\n1\n", 3, .tooFewCells(found: 1, expected: 2)),
      ("x,x,label\n1,1,0\n", 1, .duplicateColumn("x")), ("x,,label\n1,1,0\n", 1, .unnamedColumn),
      ("x,label\n,0\n2,\n", nil, .labels(.noCompleteRow)),
      ("x label\n1 0\n", 1, .separatedByBlanks),
      ("5.1,3.5,setosa\n4.9,3,setosa\n", 1, .headerOfNumbers),
      ("5.1,3.5,0\n4.9,3,0\n", 1, .headerOfNumbers),
    ] as [(String, Int?, DataError.Reason)])
  func `a bad table is refused with its line`(
    text: String, line: Int?, reason: DataError.Reason
  ) {
    let error = #expect(throws: DataError.self) { try read(text) }
    #expect(error?.reason == reason && error?.line == line)
  }

  @Test(arguments: [
    (
      "x,label\n" + (0..<40).map { "\($0),7\n" }.joined(), DataError.Reason.labels(.oneClass("7"))
    ),
    (
      tableOfManyClasses,
      .labels(.tooManyClasses(found: 22, rows: 42))
    ),
    (
      "x,y,label\n" + (0..<40).map { "\($0),5,\($0 % 2)\n" }.joined(),
      .constantChannel("y", value: 5)
    ),
    (table(30, classes: 2, features: 35), .labels(.tooFewLabelledRows(found: 30, needed: 36))),
    (table(15, classes: 2), .labels(.tooFewLabelledRows(found: 15, needed: 20))),
  ])
  func `a table that cannot be learned is refused`(text: String, reason: DataError.Reason) throws {
    let data = try read(text)
    let error = #expect(throws: DataError.self) { try data.checkForTraining() }
    #expect(error?.reason == reason)
  }

  @Test func `classes are whole numbers in their order, or names in the alphabet's`() throws {
    let numbers = try read("x,label\n1,10\n2,-1\n3,2\n4,10\n")
    #expect(numbers.classes == ["-1", "2", "10"] && numbers.labels == [2, 0, 1, 2])
    let names = try read("species,x\nsetosa,1\nvirginica,2\nsetosa,3\n")
    #expect(names.classes == ["setosa", "virginica"] && names.labels == [0, 1, 0])
    #expect(names.features == ["x"])
    // Without a known name the last column is the label; another one can be named.
    let last = try read("a,b\n1,0\n2,1\n")
    #expect(last.features == ["a"])
    #expect(try read("class,y,label\n1,2,0\n").features == ["class", "y"])
    #expect(try read("a,b\n1,0.5\n2,1.5\n", label: "a").features == ["b"])
    let error = #expect(throws: DataError.self) { try read("a,b\n1,0\n", label: "c") }
    #expect(error?.reason == .missingColumn("c", found: ["a", "b"]))
  }

  @Test func `a row with an empty cell is left out and counted`() throws {
    let data = try read("x,label\n1,0\n,1\n2,\n3,1\n")
    #expect(data.count == 2 && data.incompleteRows == 2 && data.labels == [0, 1])
  }

  @Test(
    arguments: [
      ([], .empty), ([0, 0, 8], .images(.notIDX)), (idx([2], [1, 2], type: 13), .images(.notIDX)),
      ([0x89, 0x50, 0x4E, 0x47, 1, 2, 3], .images(.notIDX)),
      (Array(idx([2, 2, 2], []).dropLast(3)), .images(.imagesCutShort(found: 13, expected: 16))),
      (idx([2, 2, 2], [1, 2, 3]), .images(.imagesCutShort(found: 19, expected: 24))),
      (idx([2], [1, 2, 3]), .images(.imagesCutShort(found: 11, expected: 10))),
      // A head of nonsense announces more than there are numbers.
      (
        idx([0x7FFF_FFFF, 0x7FFF_FFFF, 0x7FFF_FFFF], [1]),
        .images(.imagesCutShort(found: 17, expected: .max))
      ),
    ] as [([UInt8], DataError.Reason)])
  func `an image file that is damaged is refused`(bytes: [UInt8], reason: DataError.Reason) {
    let error = #expect(throws: DataError.self) { try IDXFile(name: "images", bytes: bytes) }
    #expect(error?.reason == reason && error?.source == "images")
  }

  @Test func `images and labels must belong together`() throws {
    let images = try IDXFile(name: "images", bytes: idx([2, 1, 2], [1, 2, 3, 4]))
    let labels = try IDXFile(name: "labels", bytes: idx([3], [0, 1, 0]))
    let error = #expect(throws: DataError.self) {
      try LabelledData(images: images, labels: labels)
    }
    #expect(error?.reason == .images(.labelCountDiffers(labels: 3, images: 2)))
    #expect(error?.source == "labels")
    let swapped = #expect(throws: DataError.self) {
      try LabelledData(images: labels, labels: images)
    }
    #expect(swapped?.reason == .images(.notImages(axes: 1)))
    let good = try LabelledData(
      images: images, labels: IDXFile(name: "labels", bytes: idx([2], [3, 0])))
    #expect(good.shape == [1, 2, 1] && good.classes == ["0", "1", "2", "3"])
    #expect(good.value(1, 0) == 3)
    let small = #expect(throws: DataError.self) { try good.checkForTraining() }
    #expect(small?.reason == .labels(.tooManyClasses(found: 4, rows: 2)))
  }

  @Test func `a folder's test part has the classes and the shape of the training part`() throws {
    let folder = "/tmp/neural-ode-idx-\(SystemProcess.number)"
    try Files.createDirectory(folder)
    func write(_ part: String, _ shape: [Int], _ labels: [UInt8]) throws {
      let pixels = (0..<shape.reduce(1, *)).map { UInt8($0 % 251) }
      try Files.writeAtomically(idx(shape, pixels), to: "\(folder)/\(part)-images-idx3-ubyte")
      try Files.writeAtomically(
        idx([labels.count], labels), to: "\(folder)/\(part)-labels-idx1-ubyte")
    }
    let missing = #expect(throws: DataError.self) { try LabelledData.imageFolder(folder) }
    #expect(missing?.reason == .images(.noImageFiles))
    try write("train", [4, 6, 6], [0, 1, 2, 0])
    #expect(try LabelledData.imageFolder(folder).test == nil)
    // The test part lacks the highest class: its numbers are still those of the training part.
    try write("t10k", [2, 6, 6], [1, 0])
    let test = try #require(try LabelledData.imageFolder(folder).test)
    #expect(test.classes == ["0", "1", "2"] && test.labels == [1, 0])
    try write("t10k", [2, 6, 6], [1, 3])
    let unknown = #expect(throws: DataError.self) { try LabelledData.imageFolder(folder) }
    #expect(unknown?.reason == .labels(.unknownClass("3", known: ["0", "1", "2"])))
    try write("t10k", [2, 6, 7], [1, 0])
    let wide = #expect(throws: DataError.self) { try LabelledData.imageFolder(folder) }
    #expect(wide?.reason == .images(.shapeDiffers(found: [6, 7, 1], expected: [6, 6, 1])))
    try write("train", [40, 5, 9], (0..<40).map { UInt8($0 % 2) })
    try write("t10k", [2, 5, 9], [1, 0])
    let small = #expect(throws: DataError.self) {
      try LabelledData.imageFolder(folder).training.checkForTraining()
    }
    #expect(small?.reason == .images(.imagesTooSmall(found: [5, 9], needed: 6)))
  }
}

@Suite(.serialized) struct ClassifierTests {
  @Test(arguments: ClassifierRecipe.Layers.allCases)
  func `a row's probabilities do not depend on the rows beside it`(
    layers: ClassifierRecipe.Layers
  ) throws {
    let path = "/tmp/neural-ode-classes-\(SystemProcess.number)-\(layers.rawValue).csv"
    defer { try? Files.remove(path) }
    try Files.writeAtomically(table(150), to: path)
    var recipe = ClassifierRecipe.forFile(path)
    recipe.layers = layers
    recipe.width = 12
    recipe.blocks = 2
    recipe.epochs = 30
    recipe.batchSize = 16
    recipe.learningRate = 0.01
    let outcome = try TrainingRun(ClassificationTask(recipe), in: nil, threads: 1).run()
    // Places 3 apart with a deviation of 1: by the best rule 91 % of the rows are right.
    #expect(outcome.evaluation.classifier.accuracy > 75)
    let rows = outcome.examples.test
    let together = outcome.model.evaluation(on: rows).probabilities
    for row in 0..<rows.count {
      let alone = outcome.model.evaluation(on: rows.rows([row])).probabilities
      #expect(alone == Array(together[3 * row..<3 * row + 3]))
      // Probabilities in single precision.
      #expect(abs(alone.reduce(0, +) - 1) < 1e-5)
    }
  }

  @Test func `a recipe reads back from its document and refuses unknown keys`() throws {
    var recipe = ClassifierRecipe.forFile("points.csv")
    try recipe.set("network.layers", toWord: "ode-net")
    try recipe.set("data.label", toWord: "kind")
    try recipe.set("training.mirrors", toWord: "true")
    #expect(try ClassifierRecipe().overridden(by: recipe.json) == recipe)
    #expect(throws: ConfigurationError.self) { try recipe.set("model", toWord: "cnf") }
    #expect(throws: ConfigurationError.self) { try recipe.set("network.layers", toWord: "plain") }
    #expect(throws: ConfigurationError.self) { try recipe.set("training.crop", toWord: "-1") }
    recipe.take(.anode)
    try recipe.set("network.augmentedDimensions", toWord: "3")
    #expect(try ClassifierRecipe().overridden(by: recipe.json) == recipe)
    for word in ["0", "-1", "1001", "2.5", "1e300", "few"] {
      #expect(throws: ConfigurationError.self) {
        try recipe.set("network.augmentedDimensions", toWord: word)
      }
    }
  }
}

@Test func `the standard error of an accuracy is not 0 where every row is right`() {
  func error(hits: Int, of rows: Int) -> Double {
    let labels = (0..<rows).map { $0 < hits ? 0 : 1 }
    return ClassifierEvaluation(
      classes: ["a", "b"], probabilities: labels.flatMap { _ in [1.0, 0] }, labels: labels
    ).accuracyError
  }
  // p = 5/6 of four rows: 100 √(5/36 / 4); p = 1/2 of 98 rows.
  #expect(abs(error(hits: 4, of: 4) - 18.634) < 1e-3)
  #expect(abs(error(hits: 49, of: 98) - 100 * 0.5 / 98.squareRoot()) < 1e-12)
}

/// A convolutional ODE block on a part of Fashion-MNIST: 1,500 training and 500 test images.
@Suite(.serialized) struct FashionSubsetTests {
  private var folder: String { fixturePath("fashion-mnist") }

  @Test func `a convolutional flow learns clothes, with any number of steps`() throws {
    var recipe = ClassifierRecipe.forFile(folder)
    recipe.width = 16
    recipe.time = 1
    recipe.solverSteps = 2
    recipe.epochs = 50
    recipe.batchSize = 32
    recipe.learningRate = 0.01
    recipe.weightDecay = 1e-3
    recipe.crop = 1
    recipe.mirrors = true
    let outcome = try TrainingRun(ClassificationTask(recipe), in: nil, threads: 2).run()
    #expect(outcome.examples.training.count == 1425 && outcome.examples.test.count == 500)
    let (own, logistic) = (outcome.evaluation.classifier, outcome.evaluation.logistic)
    // 500 rows: a standard error of 1.7 points; logistic regression is right for about 81 %.
    #expect(own.accuracy > 80 && logistic.accuracy > 75)
    // 0.49 against 0.61 nats.
    #expect(own.negativeLogLikelihood < 0.9 * logistic.negativeLogLikelihood)
    let finer = try #require(outcome.evaluation.flow).finer
    #expect(abs(finer.accuracy - own.accuracy) <= 2)
    #expect(abs(finer.negativeLogLikelihood - own.negativeLogLikelihood) < 0.03)
  }

  @Test func `an image's probabilities do not depend on the images beside it`() throws {
    var recipe = ClassifierRecipe.forFile(folder)
    recipe.width = 8
    recipe.solverSteps = 2
    recipe.epochs = 1
    let outcome = try TrainingRun(ClassificationTask(recipe), in: nil, threads: 2).run()
    let rows = outcome.examples.test.rows(0..<20)
    let together = outcome.model.evaluation(on: rows).probabilities
    for row in 0..<20 {
      let alone = outcome.model.evaluation(on: rows.rows([row])).probabilities
      #expect(alone == Array(together[10 * row..<10 * row + 10]))
    }
  }
}
