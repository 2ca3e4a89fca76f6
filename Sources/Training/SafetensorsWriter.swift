public import NumericCore
public import Tensors

extension SafetensorsFile {
  /// The bytes of a file of these tensors; 64-bit ones come first, so that all of them are aligned.
  ///
  /// - Precondition: names differ, none is `__metadata__`, and the tensors are concrete.
  public static func bytes(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:]
  ) -> [UInt8] {
    var header = JSONObject()
    if !metadata.isEmpty {
      var object = JSONObject()
      for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { object[key] = .string(value) }
      header["__metadata__"] = .object(object)
    }
    let wide = tensors.filter { $0.tensor.scalarType == .float64 }
    let ordered = wide + tensors.filter { $0.tensor.scalarType == .float32 }
    var end = 0
    for (name, tensor) in ordered {
      precondition(
        header[name] == nil && name != "__metadata__", "the tensor name \(name) is taken")
      let start = end
      end += tensor.type.byteCount
      header[name] = [
        "dtype": .string((tensor.scalarType == .float64 ? DataType.float64 : .float32).rawValue),
        "shape": JSONValue(tensor.shape.map(Double.init)),
        "data_offsets": [JSONValue(start), JSONValue(end)],
      ]
    }
    var text = Array(JSONValue.object(header).description.utf8)
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    var bytes = (0..<8).map { UInt8(truncatingIfNeeded: UInt64(text.count) >> (8 * UInt64($0))) }
    bytes.reserveCapacity(8 + text.count + end)
    bytes += text
    for (_, tensor) in ordered { append(tensor.concreteStorage, to: &bytes) }
    return bytes
  }

  private static func append(_ storage: Storage, to bytes: inout [UInt8]) {
    #if _endian(little)
      bytes.append(
        contentsOf: UnsafeRawBufferPointer(start: storage.bytes, count: storage.type.byteCount))
    #else
      #error("tensors are written as they lie in memory, which is little-endian")
    #endif
  }

  /// Writes a file whole or not at all; a symbolic link at the path is replaced and not followed.
  public static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to path: String
  ) throws(FileError) {
    try Files.writeAtomically(
      bytes(tensors, metadata: metadata), to: path, followsLinks: false)
  }
}

extension Tensor {
  /// Whether every element of a concrete tensor is a finite number.
  fileprivate var isFinite: Bool {
    switch scalarType {
    case .float32: concreteStorage.elements(as: Float.self).allSatisfy(\.isFinite)
    case .float64: concreteStorage.elements(as: Double.self).allSatisfy(\.isFinite)
    }
  }
}

extension TensorTree {
  /// The tensors with their dotted names, each after a prefix and a dot if there is one.
  public func namedTensors(prefix: String = "") -> [(name: String, tensor: Tensor)] {
    zip(tensorNames, tensors).map { name, tensor in
      ([prefix, name].filter { !$0.isEmpty }.joined(separator: "."), tensor)
    }
  }

  /// Writes the model: one tensor per name, and text of your own.
  public func save(to path: String, metadata: [String: String] = [:]) throws(FileError) {
    try SafetensorsFile.write(namedTensors(), metadata: metadata, to: path)
  }

  /// The same model with the tensors of a file.
  ///
  /// Names and shapes are equal; a 32-bit float may be read into a 64-bit one.
  /// - Parameters:
  ///   - prefix: only this name and those that begin with it and a dot belong to the model; empty: all do.
  ///   - allowsNonFinite: whether numbers may be infinite or not a number, as an optimizer's moments may become.
  public func loading(
    _ file: SafetensorsFile, prefix: String = "", allowsNonFinite: Bool = false
  ) throws(SafetensorsError) -> Self {
    let own = namedTensors(prefix: prefix)
    let known = Set(own.map(\.name))
    let found = file.entries.map(\.name).filter {
      prefix.isEmpty || $0 == prefix || $0.hasPrefix(prefix + ".")
    }
    let missing = known.subtracting(found)
    let unexpected = Set(found).subtracting(known)
    guard missing.isEmpty && unexpected.isEmpty else {
      throw .modelMismatch(missing: missing.sorted(), unexpected: unexpected.sorted())
    }
    var loaded: [Tensor] = []
    for (name, tensor) in own {
      let read = try file.tensor(name)
      if !allowsNonFinite, !read.isFinite { throw .notFinite(name) }
      guard read.type == tensor.type else {
        guard read.shape == tensor.shape && read.scalarType == .float32 else {
          throw .shapeMismatch(
            name: name, expected: tensor.type.description, found: read.type.description)
        }
        loaded.append(Tensor(read.concreteStorage.doubles, shape: read.shape))
        continue
      }
      loaded.append(read)
    }
    return replacingTensors(with: loaded)
  }
}
