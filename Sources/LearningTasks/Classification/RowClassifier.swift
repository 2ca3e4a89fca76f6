import Platform
public import Serialization
package import Tables
public import Tensors
public import TimeSeries

/// A trained classifier of rows or images with its normalization and classes.
public struct RowClassifier: ArchivedModel {
  public static let kind = "classifier"
  public static let title = "classifier of rows"

  public var recipe: ClassifierRecipe
  /// Mean and scale of the features, from the training part.
  public var normalization: Normalization
  /// Shape of a row.
  public var shape: [Int]
  /// The names of the classes, in the order of the logits.
  public var classes: [String]
  package var model: ClassifierModel

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

  public var weights: any TensorTree { model }

  public var descriptions: [String: JSONValue] {
    [
      "description": [
        "features": JSONValue(normalization.channels), "means": JSONValue(normalization.means),
        "deviations": JSONValue(normalization.deviations), "classes": JSONValue(classes),
        "shape": JSONValue(shape.map(Double.init)),
      ]
    ]
  }

  public init(_ stored: StoredModel) throws(SafetensorsError) {
    recipe = try stored.recipe()
    let document = try stored.required(stored.document("description"), of: "description")
    let form = try stored.required(Form(document, recipe, stored), of: "description")
    (normalization, shape, classes) = (form.normalization, form.shape, form.classes)
    model = try stored.weights(as: recipe.initialModel(shape: shape, classes: classes.count))
  }

  /// The normalization of rows.
  private struct Form {
    var normalization: Normalization
    var shape: [Int]
    var classes: [String]

    /// `nil` if the parts of the document do not fit each other or the configuration.
    init?(_ object: JSONValue, _ recipe: ClassifierRecipe, _ stored: StoredModel) {
      guard (try? recipe.check()) != nil,
        let normalization = StoredModel.normalization(object, names: "features"),
        let classes = StoredModel.texts(object["classes"]), classes.count > 1,
        let sizes = object["shape"]?.numbers, sizes.allSatisfy({ (1...1e6).contains($0) }),
        Set(classes).count == classes.count,
        // For every pixel's channels, 9 weights per channel of the stem.
        sizes.count != 3 || 9 * sizes[2] * Double(recipe.width) <= stored.largestLayer
      else { return nil }
      let shape = sizes.map { Int($0) }
      guard
        shape.count == 3
          ? recipe.layers != .evolving && recipe.hasStem
            && shape[0] * shape[1] * shape[2] <= 1 << 26
          : shape == [normalization.channels.count]
      else { return nil }
      self.normalization = normalization
      self.shape = shape
      self.classes = classes
    }
  }
}

extension RowClassifier {
  /// The evaluation on rows, by a number of steps (`nil` for the model's own).
  package func evaluation(on data: LabelledData, steps: Int? = nil) -> ClassifierEvaluation {
    let model = steps.map(model.with) ?? model
    return ClassifierEvaluation(of: data, normalization) { model($0) }
  }

  /// Labelled rows of a file with the model's features and classes, or its own test rows.
  package func testRows(_ path: String?) throws(DataError) -> LabelledData {
    guard let path else { return try recipe.split().test.matching(shape, classes) }
    if FileSystem.isDirectory(path) == true {
      let folder = try LabelledData.imageFolder(path)
      return try (folder.test ?? folder.training).matching(shape, classes)
    }
    let features = shape.count == 1 ? normalization.channels : nil
    return try LabelledData(path: path, label: recipe.label, features: features)
      .matching(shape, classes)
  }

  /// Rows of a file without labels: a CSV with the model's columns, a file of images, or a folder's
  /// test images.
  package func rows(_ path: String) throws(DataError) -> LabelledData {
    if shape.count == 3 {
      let isFolder = FileSystem.isDirectory(path) == true
      let data = isFolder ? try testRows(path) : try LabelledData(unlabelled: IDXFile(path: path))
      guard data.shape == shape else {
        throw DataError(source: path, .images(.shapeDiffers(found: data.shape, expected: shape)))
      }
      return data.renumbered(Array(repeating: 0, count: 256), classes: classes)
    }
    let table = try PointTable(path: path, columns: normalization.channels)
    if table.incompleteRows > 0 {
      throw DataError(source: path, .labels(.incompleteRows(table.incompleteRows)))
    }
    return LabelledData(
      source: path, features: normalization.channels, classes: classes,
      labels: [Int](repeating: 0, count: table.count), numbers: table.values.map(Float.init),
      incompleteRows: 0)
  }
}
