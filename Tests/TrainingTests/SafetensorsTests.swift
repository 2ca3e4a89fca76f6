import Platform
import Serialization
import NumericCore
import NeuralNets
import Tensors
import TestSupport
import Testing
import Training

@Suite struct SafetensorsTests {
  @Test func `a file of the Python library is read`() throws {
    let file = try SafetensorsFile(path: fixturePath("sample.safetensors"))
    #expect(file.metadata == ["kind": "sample", "text": "café \"quoted\"\n"])
    #expect(file.entries.count == 6)
    func values(_ name: String) throws -> [Double]? { try file.tensor(name).storage?.doubles }
    #expect(try values("weight") == [0, 0.125, 0.25, 0.375, 0.5, 0.625])
    #expect(try file.tensor("weight").type == TensorType([2, 3], .float32))
    #expect(try values("deep.bias") == [1.5, -2.25])
    #expect(try file.tensor("deep.bias").type == TensorType([2], .float64))
    #expect(try values("scalar") == [7.5] && file.tensor("scalar").shape == [])
    #expect(try file.tensor("empty").shape == [0, 4])
    #expect(try values("indices") == [1, -2, 3, 4])
    #expect(try values("mask") == [1, 0, 1])
    #expect(throws: SafetensorsError.missingTensor("none")) { try file.tensor("none") }
  }

  @Test(arguments: [ScalarType.float32, .float64])
  func `a model comes back bit for bit`(scalarType: ScalarType) throws {
    let model = MLP(sizes: [3, 5, 2], key: RandomKey(1), scalarType: scalarType)
    let path = "/tmp/neural-ode-model-\(SystemProcess.number)-\(scalarType).safetensors"
    try model.save(to: path, metadata: ["config": "{}"])
    defer { try? Files.remove(path) }
    let file = try SafetensorsFile(path: path)
    let other = MLP(sizes: [3, 5, 2], key: RandomKey(2), scalarType: scalarType)
    let loaded = try other.loading(file)
    #expect(loaded.tensors.map { $0.storage?.doubles } == model.tensors.map { $0.storage?.doubles })
    #expect(file.metadata == ["config": "{}"])
    let wide = MLP(sizes: [3, 5, 2], key: RandomKey(2), scalarType: .float64)
    #expect(
      try wide.loading(file).tensors.map { $0.storage?.doubles }
        == model.tensors.map { $0.storage?.doubles })
    #expect(throws: SafetensorsError.self) {
      try MLP(sizes: [3, 4, 2], key: RandomKey(2), scalarType: scalarType).loading(file)
    }
    #expect(
      throws: SafetensorsError.modelMismatch(
        missing: [], unexpected: ["layers.1.bias", "layers.1.weight"])
    ) { try MLP(sizes: [3, 5], key: RandomKey(2), scalarType: scalarType).loading(file) }
  }

  @Test func `the header is padded and wide tensors come first`() throws {
    let bytes = SafetensorsFile.bytes([
      ("a", Tensor([1.0 as Float])), ("b", Tensor([2.0])), ("c", Tensor([3.0 as Float, 4])),
    ])
    let length = Int(bytes[0]) + Int(bytes[1]) << 8
    #expect(length % 8 == 0 && bytes.count == 8 + length + 20)
    let file = try SafetensorsFile(bytes: bytes)
    #expect(file.entries.map(\.name) == ["b", "a", "c"])
    #expect(try file.tensor("c").storage?.doubles == [3, 4])
  }

  /// A file of this header and a number of bytes of data.
  private static func file(_ header: String, dataCount: Int = 8) -> [UInt8] {
    let text = Array(header.utf8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: UInt64(text.count) >> (8 * UInt64($0))) }
    return length + text + [UInt8](repeating: 0, count: dataCount)
  }

  private static func entry(_ dtype: String, _ shape: String, _ offsets: String) -> String {
    #""x":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}"#
  }

  @Test func `a sound hand-made file is read`() throws {
    let file = try SafetensorsFile(bytes: Self.file("{\(Self.entry("F32", "[2]", "[0,8]"))}   "))
    #expect(try file.tensor("x").shape == [2])
    #expect(try SafetensorsFile(bytes: Self.file("{}", dataCount: 0)).entries == [])
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func `a model with a number that is not finite is refused`(value: Float) throws {
    var model = Line()
    model.parameters = Tensor([1, value])
    let bytes = SafetensorsFile.bytes(model.namedTensors())
    let file = try SafetensorsFile(bytes: bytes)
    #expect(throws: SafetensorsError.notFinite(model.tensorNames[0])) { try Line().loading(file) }
    #expect(throws: Never.self) { try Line().loading(file, allowsNonFinite: true) }
  }

  @Test func `half floats and integers are widened exactly`() throws {
    var bytes = Self.file("{\(Self.entry("F16", "[4]", "[0,8]"))}", dataCount: 0)
    bytes += [0x00, 0x3E, 0x01, 0x00, 0x00, 0xFC, 0xFF, 0x7B]
    let half = try SafetensorsFile(bytes: bytes).tensor("x")
    #expect(half.storage?.doubles == [1.5, 0x1p-24, -.infinity, 65504])
    bytes = Self.file("{\(Self.entry("BF16", "[1]", "[0,2]"))}", dataCount: 0) + [0xC0, 0x3F]
    #expect(try SafetensorsFile(bytes: bytes).tensor("x").storage?.doubles == [1.5])
    bytes = Self.file("{\(Self.entry("I64", "[1]", "[0,8]"))}", dataCount: 0)
    bytes += [UInt8](repeating: 0x7F, count: 8)
    let file = try SafetensorsFile(bytes: bytes)
    #expect(throws: SafetensorsError.inexactInteger("x")) { try file.tensor("x") }
  }

  @Test(
    arguments: [
      [], [1, 2, 3], [255, 255, 255, 255, 255, 255, 255, 255, 0x7B],
      [0, 0, 0, 0, 1, 0, 0, 0, 0x7B], [0, 0, 0, 0, 0, 0, 0, 0], [9, 0, 0, 0, 0, 0, 0, 0, 0x7B],
      file("[1]"), file(" {}", dataCount: 0), file("{"), file("{}"), file("{}{}", dataCount: 0),
      file("{\"x\":1}"), file("{\"x\":{}}"), file("{\(entry("F99", "[2]", "[0,8]"))}"),
      file("{\(entry("F32", "[3]", "[0,8]"))}"), file("{\(entry("F32", "[2]", "[8,0]"))}"),
      file("{\(entry("F32", "[-2]", "[0,8]"))}"), file("{\(entry("F32", "[2]", "[0,8,9]"))}"),
      file("{\(entry("F32", "[1.5]", "[0,8]"))}"), file("{\(entry("F32", "[2]", "[4,12]"))}"),
      file("{\(entry("F32", "[2]", "[0,8]"))}", dataCount: 12),
      file("{\(entry("F32", "[2]", "[0,8]"))}", dataCount: 4),
      file("{\(entry("F32", "[4611686018427387904,4611686018427387904]", "[0,8]"))}"),
      file("{\(entry("F32", "[9007199254740992,9007199254740992,0]", "[0,0]"))}", dataCount: 0),
      file("{\(entry("F32", "[1]", "[0,4]")),\(entry("F32", "[1]", "[4,8]"))}"),
      file(
        "{\(entry("F32", "[2]", "[0,8]")),\"y\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}"
      ),
      file("{\"__metadata__\":{\"a\":1}}", dataCount: 0),
      file("{\"__metadata__\":[]}", dataCount: 0),
    ] as [[UInt8]])
  func `a hostile file is refused`(bytes: [UInt8]) {
    #expect(throws: SafetensorsError.self) { try SafetensorsFile(bytes: bytes) }
  }
}
