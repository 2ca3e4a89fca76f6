extension NamedSystem {
  static let mechanics = [
    NamedSystem(
      "pendulum", source: "Textbook; GOKU-net's pendulum has g = 10 (Linial et al. 2021)",
      """
      # Pendulum, damped in proportion to its velocity
      angle'    = velocity                                   # [rad]
      velocity' = -g/length*sin(angle) - damping*velocity    # [rad/s]
      g       = 9.81 > 0 fixed                               # [m/s^2]
      length  = 1 > 0                                        # [m]
      damping = 0 >= 0                                       # [1/s]
      angle(0)    = 1
      velocity(0) = 0
      span = 0..10
      """),
    NamedSystem(
      "double-pendulum",
      source: "Spong 1995 (acrobot without torque); GOKU-net's values (Linial et al. 2021)",
      """
      # Two rods; angle2 is measured from the first rod; i1 = i2 = 0 and c = l make point masses
      angle1'    = velocity1
      angle2'    = velocity2
      velocity1' = -(d2*acceleration2 + phi1)/d1
      velocity2' = acceleration2
      acceleration2 = ((d2/d1*phi1 - m2*l1*c2*velocity1^2*sin(angle2) - phi2)
                       /(m2*c2^2 + i2 - d2^2/d1))
      d1 = m1*c1^2 + m2*(l1^2 + c2^2 + 2*l1*c2*cos(angle2)) + i1 + i2
      d2 = m2*(c2^2 + l1*c2*cos(angle2)) + i2
      phi2 = m2*c2*g*sin(angle1 + angle2)
      phi1 = (-m2*l1*c2*velocity2^2*sin(angle2) - 2*m2*l1*c2*velocity1*velocity2*sin(angle2)
              + (m1*c1 + m2*l1)*g*sin(angle1) + phi2)
      g  = 9.8 > 0 fixed    # [m/s^2]
      m1 = 1 > 0            # masses [kg]
      m2 = 1 > 0
      l1 = 1 > 0            # length of the first rod [m]
      c1 = 0.5 > 0          # distances of the centres of mass [m]
      c2 = 0.5 > 0
      i1 = 1 >= 0           # moments of inertia about them [kg m^2]
      i2 = 1 >= 0
      angle1(0) = 0.5
      angle2(0) = 0.5
      velocity1(0) = 0.5
      velocity2(0) = 0.5
      span = 0..10
      """),
    NamedSystem(
      "kepler", source: "Hairer, Lubich, Wanner 2006, section I.2",
      """
      # One body around a fixed centre, starting at the closest point
      x' = u
      y' = v
      u' = -mu*x/r^3
      v' = -mu*y/r^3
      r  = sqrt(x^2 + y^2)
      mu = 1 > 0
      eccentricity = 0.5 in 0..1
      x(0) = 1 - eccentricity
      y(0) = 0
      u(0) = 0
      v(0) = sqrt(mu*(1 + eccentricity)/(1 - eccentricity))
      span = 0..10
      """),
  ]
}
