from tensorflow_model_optimization.python.core.api import clustering
from tensorflow_model_optimization.python.core.api import sparsity
