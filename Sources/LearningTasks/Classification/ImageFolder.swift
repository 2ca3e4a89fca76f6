import Platform
package import Tables

extension LabelledData {
  /// The training and test images of a folder with the four files of an MNIST-like data set.
  ///
  /// File names are `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, and `t10k-…` for the test
  /// part; each plain or with `.gz`. The test part is `nil` if its files do not exist.
  package static func imageFolder(
    _ folder: String
  ) throws(DataError) -> (training: LabelledData, test: LabelledData?) {
    guard let training = try part("train", of: folder) else {
      throw DataError(source: folder, .images(.noImageFiles))
    }
    return (training, try part("t10k", of: folder)?.matching(training.shape, training.classes))
  }

  private static func part(
    _ name: String, of folder: String
  ) throws(DataError) -> LabelledData? {
    func path(_ rest: String) -> String? {
      let path = "\(folder)/\(name)-\(rest)-ubyte"
      return [path, path + ".gz"].first { Files.exists($0) }
    }
    guard let images = path("images-idx3"), let labels = path("labels-idx1") else { return nil }
    return try LabelledData(images: IDXFile(path: images), labels: IDXFile(path: labels))
  }
}
