keras = None
