@keras.utils.register_keras_serializable('guide')
class RandomizedRange(technique.Algorithm):
  """Cuts the rank of dense layers by a random projection, without an SVD.

  The columns of the kernel times a random matrix span most of its range. See
  Halko et al., "Finding structure with randomness",
  https://arxiv.org/abs/0909.4061.
  """

  target = target_lib.WeightOnUpdate()

  def __init__(self, seed=0):
    self.seed = seed

  def accepts(self, layer):
    return type(layer) is keras.layers.Dense

  def create_state(self, tensor):
    return {'rank': {'shape': [], 'dtype': tf.int32, 'initializer': 'zeros'}}

  def update_state(self, tensor, state, level):
    rank = tf.round((1.0 - level) * min(tensor.shape))
    return {'rank': tf.maximum(tf.cast(rank, tf.int32), 1)}

  def apply(self, tensor, state):
    def cut():
      basis = self._find_basis(tensor, state['rank'])
      return basis @ tf.matmul(basis, tensor, transpose_a=True)

    return tf.cond(state['rank'] > 0, cut, lambda: tf.identity(tensor))

  def _find_basis(self, kernel, rank):
    size = min(kernel.shape)
    random = tf.random.stateless_normal([kernel.shape[-1], size], [self.seed, 0])
    basis, _ = tf.linalg.qr(kernel @ random)
    return basis * tf.cast(tf.range(size) < rank, kernel.dtype)

  def replace(self, layer, states):
    rank = int(states[0]['rank'])
    kernel, *bias = layer.get_weights()
    if not 0 < rank * sum(kernel.shape) < kernel.size:
      return [layer]  # Two layers would not be smaller.
    left = self._find_basis(tf.constant(kernel), rank)[:, :rank].numpy()
    config = layer.get_config()
    config.pop('batch_input_shape', None)
    name = f'{layer.name}_low_rank'
    return [
      keras.layers.Dense(rank, use_bias=False, name=name, weights=[left]),
      keras.layers.Dense(**config, weights=[left.T @ kernel, *bias]),
    ]

  def summarize(self, tensor, state):
    kept = tf.cast(state['rank'], tf.float32) / min(tensor.shape)
    return {'<<cookiecutter.level>>': tf.where(kept > 0, 1.0 - kept, 0.0)}

  def get_config(self):
    return {'seed': self.seed}


own_algorithm = RandomizedRange(seed=1)
