extension NamedSystem {
  static let oscillators = [
    NamedSystem(
      "harmonic-oscillator", source: "Textbook; damped and driven by nothing",
      """
      # Harmonic oscillator
      position' = velocity
      velocity' = -omega^2*position - damping*velocity
      omega     = 1 > 0     # angular frequency
      damping   = 0 >= 0
      position(0) = 1
      velocity(0) = 0
      span = 0..20
      """),
    NamedSystem(
      "van-der-pol", source: "van der Pol 1926, On relaxation-oscillations",
      """
      # Van der Pol's oscillator; stiff when mu is large
      x' = y
      y' = mu*(1 - x^2)*y - x
      mu = 1 >= 0
      x(0) = 2
      y(0) = 0
      span = 0..20
      """),
    NamedSystem(
      "fitzhugh-nagumo", source: "FitzHugh 1961; Nagumo, Arimoto, Yoshizawa 1962",
      """
      # FitzHugh's and Nagumo's model of a nerve's excitation
      v' = v - v^3/3 - w + current       # membrane potential
      w' = (v + a - b*w)/tau             # recovery
      a = 0.7
      b = 0.8
      tau = 12.5 > 0
      current = 0.5                      # stimulus
      v(0) = -1
      w(0) = 1
      span = 0..100
      """),
    NamedSystem(
      "duffing", source: "Duffing 1918; parameters of Guckenheimer and Holmes 1983, section 2.2",
      """
      # Duffing's driven oscillator in a double well
      x' = v
      v' = -delta*v - alpha*x - beta*x^3 + amplitude*cos(omega*t)
      delta = 0.25 >= 0       # damping
      alpha = -1
      beta  = 1
      amplitude = 0.3
      omega = 1 > 0
      x(0) = 1
      v(0) = 0
      span = 0..30
      """),
    NamedSystem(
      "spiral", source: "Chen, Rubanova, Bettencourt, Duvenaud 2018, demonstration code",
      """
      # Cubic spiral
      x' = -damping*x^3 - rotation*y^3
      y' = rotation*x^3 - damping*y^3
      damping  = 0.1
      rotation = 2
      x(0) = 2
      y(0) = 0
      span = 0..25
      """),
    NamedSystem(
      "linear", source: "Textbook; the values are those of a decaying spiral",
      """
      # Two linear equations
      x' = a11*x + a12*y
      y' = a21*x + a22*y
      a11 = -0.1
      a12 = -2
      a21 = 2
      a22 = -0.1
      x(0) = 2
      y(0) = 0
      span = 0..25
      """),
  ]
}
