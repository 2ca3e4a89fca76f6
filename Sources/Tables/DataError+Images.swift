extension DataError {
  /// Images that cannot be read or used.
  public enum ImageProblem: Hashable, Sendable, CustomStringConvertible {
    /// Not an array of bytes in the IDX format.
    case notIDX
    /// Bytes in the file, and bytes that its header announces.
    case imagesCutShort(found: Int, expected: Int)
    case notImages(axes: Int)
    /// Images that need more bytes than the process may use.
    case imagesTooLarge(bytes: Int, limit: Int)
    /// A header without images.
    case noImages
    /// Fewer rows or columns of pixels than the network's strides need.
    case imagesTooSmall(found: [Int], needed: Int)
    case imagesOfOneClass(String)
    case labelCountDiffers(labels: Int, images: Int)
    /// A folder without the image and label files of a data set.
    case noImageFiles
    /// Rows of another shape than in the training.
    case shapeDiffers(found: [Int], expected: [Int])

    /// What is wrong and how to fix it.
    public var description: String {
      switch self {
      case .notIDX: "is not an IDX file of unsigned bytes; download it again or convert it"
      case .imagesCutShort(let found, let expected):
        "has \(found) bytes where its header announces \(expected); the file is truncated or has extra bytes, copy it again"
      case .imagesTooLarge(let bytes, let limit):
        "the images need more than \(bytes) bytes of memory, and \(limit) are available; use a part of the images"
      case .notImages(let axes):
        "has \(axes) axes where images have 3 or 4; check that labels and images are not swapped"
      case .noImages: "has no images; use a file with images"
      case .imagesTooSmall(let found, let needed):
        "the images have \(found[0]) × \(found[1]) pixels where the network needs \(needed) × \(needed); enlarge them, or "
          + "write the pixels into a CSV table"
      case .imagesOfOneClass(let name):
        "all images are of the class '\(name)'; use a folder with more classes"
      case .labelCountDiffers(let labels, let images):
        "has \(labels) labels for \(images) images; use the two files of one data set"
      case .noImageFiles:
        "has no train-images-idx3-ubyte and train-labels-idx1-ubyte (plain or .gz); name a folder with these files, or fetch "
          + "one with `Scripts/fetch-fashion-mnist`"
      case .shapeDiffers(let found, let expected):
        "the rows are \(Self.rows(found)) where the model was trained on \(Self.rows(expected)); use data of the same kind"
      }
    }

    /// Rows of a shape, in words.
    private static func rows(_ shape: [Int]) -> String {
      shape.count == 3
        ? "images of \(shape[0]) × \(shape[1]) pixels, \(shape[2]) channel\(shape[2] == 1 ? "" : "s")"
        : "\(shape.map(String.init).joined(separator: " × ")) features"
    }
  }
}
