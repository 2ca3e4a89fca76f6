public import Platform
public import Serialization
public import Tensors

extension SafetensorsFile {
  /// The tensor of a name, with the scalar type of `values`.
  ///
  /// - Throws: as `values`.
  public func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
    Tensor(try values(name), shape: entry(name)?.shape ?? [])
  }

  /// The bytes of a file of concrete tensors.
  ///
  /// - Precondition: names differ, none is `__metadata__`, and the tensors are concrete.
  public static func bytes(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:]
  ) -> [UInt8] {
    bytes(tensors.map(Item.init), metadata: metadata)
  }

  /// Writes concrete tensors to a file atomically; a symbolic link at the path is replaced.
  public static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to path: String
  ) throws(FileError) {
    try write(tensors.map(Item.init), metadata: metadata, to: path)
  }
}

extension Tensor {
  fileprivate init(_ values: SafetensorsFile.Values, shape: [Int]) {
    switch values {
    case .float32(let numbers): self.init(numbers, shape: shape)
    case .float64(let numbers): self.init(numbers, shape: shape)
    }
  }
}

extension SafetensorsFile.Item {
  fileprivate init(name: String, tensor: Tensor) {
    let storage = tensor.concreteStorage
    let values: SafetensorsFile.Values =
      switch tensor.scalarType {
      case .float32: .float32(storage.elements(as: Float.self))
      case .float64: .float64(storage.elements(as: Double.self))
      }
    self.init(name: name, shape: tensor.shape, values: values)
  }
}

extension TensorTree {
  /// The tensors with their dotted names, prefixed by `prefix` and a dot if it is not empty.
  public func namedTensors(prefix: String = "") -> [(name: String, tensor: Tensor)] {
    zip(tensorNames, tensors).map { name, tensor in
      ([prefix, name].filter { !$0.isEmpty }.joined(separator: "."), tensor)
    }
  }

  /// Writes the model: one tensor per name, and your own metadata.
  public func save(to path: String, metadata: [String: String] = [:]) throws(FileError) {
    try SafetensorsFile.write(namedTensors(), metadata: metadata, to: path)
  }

  /// The same model with the tensors of a file.
  ///
  /// Names and shapes must be equal; a 32-bit float may be read into a 64-bit one.
  /// - Parameters:
  ///   - prefix: only this name, and names that begin with it and a dot, belong to the model; empty
  ///     for all names.
  ///   - allowsNonFinite: whether numbers may be infinite or not-a-number, as the moments of an
  ///     optimizer may become.
  /// - Throws: `modelMismatch`, `shapeMismatch` or `notFinite`.
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
      let values = try file.values(name)
      if !allowsNonFinite, !values.areFinite { throw .notFinite(name) }
      let read = Tensor(values, shape: file.entry(name)?.shape ?? [])
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
