import Platform
import LearningTasks
import Testing

@Suite struct PrincipalPlaneTests {
  /// An ellipse of half-axes 3 and 1 in two skew directions of ten dimensions, with a third direction of this half-axis.
  private func points(_ third: Double) -> [[Double]] {
    (0..<100).map { place in
      let angle = 2 * Double.pi * Double(place) / 100
      let (long, short) = (3 * Double.cosine(angle), Double.sine(angle))
      var point = [Double](repeating: 7, count: 10)
      point[0] += 0.6 * long - 0.8 * short
      point[1] += 0.8 * long + 0.6 * short
      point[2] += third * Double.cosine(2 * angle)
      return point
    }
  }

  @Test func `the plane is that of the two longest axes, and its share that of their variances`() {
    let plane = PrincipalPlane(of: points(0.5))
    // Cosines and sines over a whole circle are uncorrelated and have the variance ½.
    let expected: Double = 10 / 10.25
    #expect(abs(plane.share - expected) < 1e-9)
    for point in points(0.5) {
      let (x, y) = plane.project(point)
      // 300 rounds leave (1/9)³⁰⁰ and (1/4)³⁰⁰ of the other axes.
      let radius: Double = x * x / 9 + y * y
      #expect(abs(radius - 1) < 1e-9)
    }
  }

  @Test func `points in one place and on one line have no rest`() {
    #expect(PrincipalPlane(of: [[1, 2], [1, 2]]).share == 1)
    #expect(abs(PrincipalPlane(of: [[0, 0, 0], [1, 1, 1], [2, 2, 2]]).share - 1) < 1e-12)
  }
}
