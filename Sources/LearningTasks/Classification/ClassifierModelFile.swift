package import Tables
package import TimeSeries
import NumericCore
import Tensors
package import Training

/// A trained classifier as one file: weights, and in the metadata all that its use needs.
package struct ClassifierModelFile: Sendable {
  package var recipe: ClassifierRecipe
  package var normalization: Normalization
  /// Shape of a row.
  package var shape: [Int]
  package var classes: [String]
  package var model: ClassifierModel

  /// Whether a run folder or a file holds a classifier.
  package static func isClassifier(_ run: String) -> Bool {
    (try? SafetensorsFile(path: RunFolder.model(in: run)))?.metadata["kind"] == "classifier"
  }

  /// Why a file cannot be used.
  package enum ReadError: Error, Sendable {
    case noModel(path: String, reason: SafetensorsError)
    /// The file is a model of another kind, or its description is damaged.
    case notAClassifier(path: String)
  }

  init(
    recipe: ClassifierRecipe, normalization: Normalization, shape: [Int], classes: [String],
    model: ClassifierModel
  ) {
    self.recipe = recipe
    self.normalization = normalization
    self.shape = shape
    self.classes = classes
    self.model = model
  }

  /// Reads a run folder or a model file.
  package init(reading run: String) throws(ReadError) {
    let path = RunFolder.model(in: run)
    do {
      let file = try SafetensorsFile(path: path)
      guard let description = Description(file) else {
        throw ReadError.notAClassifier(path: path)
      }
      let form = description.recipe.initialModel(
        shape: description.shape, classes: description.classes.count)
      self.init(
        recipe: description.recipe, normalization: description.normalization,
        shape: description.shape, classes: description.classes, model: try form.loading(file))
    } catch let error as SafetensorsError {
      throw .noModel(path: path, reason: error)
    } catch {
      throw .notAClassifier(path: path)
    }
  }

  /// Writes the file, whole or not at all.
  package func write(to path: String) throws {
    let description: JSONValue = [
      "features": JSONValue(normalization.channels), "means": JSONValue(normalization.means),
      "deviations": JSONValue(normalization.deviations), "classes": JSONValue(classes),
      "shape": JSONValue(shape.map(Double.init)),
    ]
    try model.save(
      to: path,
      metadata: [
        "kind": "classifier", "config": recipe.json.description,
        "description": description.description,
      ])
  }

  private struct Description {
    var recipe: ClassifierRecipe
    var normalization: Normalization
    var shape: [Int]
    var classes: [String]

    init?(_ file: SafetensorsFile) {
      let stored = StoredDescription(file)
      guard file.metadata["kind"] == "classifier",
        let recipe = stored.recipe(ClassifierRecipe()), (try? recipe.check()) != nil,
        let object = stored.document("description"),
        let normalization = StoredDescription.normalization(object, names: "features"),
        let classes = StoredDescription.texts(object["classes"]), classes.count > 1,
        let sizes = object["shape"]?.numbers, sizes.allSatisfy({ (1...1e6).contains($0) }),
        Set(classes).count == classes.count,
        // Of every pixel's channels, 9 weights a channel of the stem.
        sizes.count != 3 || 9 * sizes[2] * Double(recipe.width) <= stored.largestLayer
      else { return nil }
      let shape = sizes.map { Int($0) }
      guard
        shape.count == 3
          ? recipe.layers != .evolving && recipe.hasStem
            && shape[0] * shape[1] * shape[2] <= 1 << 26
          : shape == [normalization.channels.count]
      else { return nil }
      self.recipe = recipe
      self.normalization = normalization
      self.shape = shape
      self.classes = classes
    }
  }
}

extension ClassifierModelFile {
  /// The evaluation on rows, by a number of steps (nil: the model's own).
  package func evaluation(on data: LabelledData, steps: Int? = nil) -> ClassifierEvaluation {
    let model = steps.map(model.with) ?? model
    return ClassifierEvaluation(of: data, normalization) { model($0) }
  }

  /// Labelled rows of a file in the model's features and classes, or its own test rows.
  package func testRows(_ path: String?) throws(DataError) -> LabelledData {
    guard let path else { return try recipe.split().test.matching(shape, classes) }
    if PathCalls.isDirectory(path) == true {
      let folder = try LabelledData.imageFolder(path)
      return try (folder.test ?? folder.training).matching(shape, classes)
    }
    let features = shape.count == 1 ? normalization.channels : nil
    return try LabelledData(path: path, label: recipe.label, features: features)
      .matching(shape, classes)
  }

  /// Rows of a file without regard to labels: a CSV with the model's columns, a file of images, or a folder's test images.
  package func rows(_ path: String) throws(DataError) -> LabelledData {
    if shape.count == 3 {
      let isFolder = PathCalls.isDirectory(path) == true
      let data = isFolder ? try testRows(path) : try LabelledData(unlabelled: IDXFile(path: path))
      guard data.shape == shape else {
        throw DataError(source: path, .shapeDiffers(found: data.shape, expected: shape))
      }
      return data.renumbered(Array(repeating: 0, count: 256), classes: classes)
    }
    let table = try PointTable(path: path, columns: normalization.channels)
    if table.incompleteRows > 0 {
      throw DataError(source: path, .incompleteRows(table.incompleteRows))
    }
    return LabelledData(
      source: path, features: normalization.channels, classes: classes,
      labels: [Int](repeating: 0, count: table.count), numbers: table.values.map(Float.init),
      incompleteRows: 0)
  }
}
