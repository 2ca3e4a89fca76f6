print("neural-ode")
