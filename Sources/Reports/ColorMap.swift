import Platform
internal import CZlib

/// Colours for a range of values.
public struct ColorMap: Hashable, Sendable {
  /// Red, green and blue from 0 to 1 at equal distances.
  let stops: [SIMD3<Double>]

  /// Dark blue to green to yellow; the lightness increases evenly.
  public static let sequential = ColorMap(stops: [
    SIMD3(0.13, 0.10, 0.29), SIMD3(0.17, 0.27, 0.47), SIMD3(0.13, 0.44, 0.52),
    SIMD3(0.21, 0.60, 0.48), SIMD3(0.52, 0.74, 0.33), SIMD3(0.97, 0.87, 0.29),
  ])

  /// Blue to white to red, for values around zero.
  public static let diverging = ColorMap(stops: [
    SIMD3(0.13, 0.29, 0.56), SIMD3(0.45, 0.64, 0.82), SIMD3(0.96, 0.96, 0.95),
    SIMD3(0.89, 0.55, 0.44), SIMD3(0.60, 0.13, 0.17),
  ])

  /// The values at the ends of the map; symmetric for the diverging map, `nil` without a finite
  /// value.
  func range(of values: [[Double]]) -> ClosedRange<Double>? {
    let finite = values.joined().filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return nil }
    if self != .diverging { return low...high }
    let edge = max(high.magnitude, low.magnitude)
    return -edge...edge
  }

  func color(_ share: Double) -> SIMD3<UInt8> {
    let place = min(max(share, 0), 1) * Double(stops.count - 1)
    let low = min(Int(place), stops.count - 2)
    let mixed = stops[low] + (stops[low + 1] - stops[low]) * (place - Double(low))
    return SIMD3<UInt8>((mixed * 255).rounded(.toNearestOrEven))
  }

  func hexadecimal(_ share: Double) -> String {
    let color = color(share)
    return "#"
      + (0..<3).map {
        color[$0] < 16 ? "0" + String(color[$0], radix: 16) : String(color[$0], radix: 16)
      }
      .joined()
  }
}

/// Portable Network Graphics (W3C recommendation, third edition): an indexed picture of 256 colours.
enum PNG {
  /// A picture of fractions from 0 to 1, `[row, column]` from the top; not-a-number is transparent.
  static func picture(_ rows: [[Double]], _ map: ColorMap) -> [UInt8] {
    let width = rows.first?.count ?? 0
    var pixels: [UInt8] = []
    for row in rows {
      pixels.append(0)  // the scan line is not filtered
      for share in row {
        pixels.append(share.isNaN ? 255 : UInt8((min(max(share, 0), 1) * 254).rounded()))
      }
    }
    let colors = (0..<256).map { map.color(Double($0) / 254) }
    let header = bytes(UInt32(width)) + bytes(UInt32(rows.count)) + [8, 3, 0, 0, 0]
    return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + chunk("IHDR", header)
      + chunk("PLTE", colors.flatMap { [$0.x, $0.y, $0.z] })
      + chunk("tRNS", [UInt8](repeating: 255, count: 255) + [0])
      + chunk("IDAT", compressed(pixels)) + chunk("IEND", [])
  }

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    let sum = UInt32(truncatingIfNeeded: crc32(0, body, UInt32(body.count)))
    return bytes(UInt32(data.count)) + body + bytes(sum)
  }

  private static func compressed(_ data: [UInt8]) -> [UInt8] {
    var count = compressBound(UInt(data.count))
    var result = [UInt8](repeating: 0, count: Int(count))
    let status = compress2(&result, &count, data, UInt(data.count), 9)
    precondition(status == Z_OK, "zlib could not compress \(data.count) bytes: \(status)")
    return Array(result.prefix(Int(count)))
  }

  private static func bytes(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) }
  }
}

/// Base64 (RFC 4648).
func base64(_ bytes: [UInt8]) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var result: [UInt8] = []
  result.reserveCapacity((bytes.count + 2) / 3 * 4)
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    let word = group.reduce(0) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
    for place in 0..<4 {
      let index = Int(word >> (18 - 6 * UInt32(place)) & 63)
      result.append(place <= group.count ? alphabet[index] : UInt8(ascii: "="))
    }
  }
  return String(decoding: result, as: UTF8.self)
}
