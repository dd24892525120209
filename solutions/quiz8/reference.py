"""The worked solution of the `quiz8` assignment; the notebook's solution cells are cut from here.

The text between BEGIN SOLUTION and END SOLUTION is what students write. The formulas answer the
original paper, "1-1-1-1". Source: seed 003 (its Quiz 8); the interface of the code is CS231n's.
"""

import numpy as np


def paper_code():
    """The code at the top of your paper, as text between quotes: return "7-3-12-5"."""
    ### BEGIN SOLUTION
    return "1-1-1-1"
    ### END SOLUTION


def forward_formula():
    """Question 1, as text between quotes: the output in training. For LaTeX: r"..."."""
    ### BEGIN SOLUTION
    return "H = D * Y / p"
    ### END SOLUTION


def backward_formula():
    """Question 2, as text between quotes: the gradient by what went in."""
    ### BEGIN SOLUTION
    return "dL/dY = dL/dH * D / p"
    ### END SOLUTION


def small_convolution():
    """Question 3: one output a line, between three quotes; or one formula for all."""
    ### BEGIN SOLUTION
    return """
    O11 = X11*W11 + X12*W12 + X21*W21 + X22*W22
    O12 = X12*W11 + X13*W12 + X22*W21 + X23*W22
    O21 = X21*W11 + X22*W12 + X31*W21 + X32*W22
    O22 = X22*W11 + X23*W12 + X32*W21 + X33*W22
    """
    ### END SOLUTION


def general_convolution():
    """Question 4, as text between quotes: one output, with sums as in sum_{c=1}^{C}."""
    ### BEGIN SOLUTION
    return (
        "O_{n,f,i,j} = b_f + sum_{c=1}^{C} sum_{k=1}^{HH} sum_{l=1}^{WW} "
        "X_{n, c, (i-1)*s + k - P, (j-1)*s + l - P} * W_{f,c,k,l}"
    )
    ### END SOLUTION


def small_gradients():
    """The bonus question: one gradient a line, between three quotes; or a formula for each."""
    ### BEGIN SOLUTION
    return """
    dL/dW_{kl} = sum_{i=1}^{2} sum_{j=1}^{2} G_{ij} X_{i+k-1, j+l-1}
    dL/dX_{ij} = sum_{k=1}^{2} sum_{l=1}^{2} G_{i-k+1, j-l+1} W_{kl}
    """
    ### END SOLUTION


def conv_forward_naive(x, w, b, conv_param):
    """The forward pass of a convolutional layer, for N images at once.

    x: array of floats of shape (N, C, H, W): N images of C channels, H rows and W columns.
    w: filters, of shape (F, C, HH, WW): F filters, each of HH rows and WW columns of all channels.
    b: biases, of shape (F,), one a filter.
    conv_param: a dictionary with
      - stride: how many rows or columns the window moves from one output to the next;
      - pad: how many rows and columns of zeros stand around each image, on all four sides.

    As in all of deep learning, the filter is not flipped: its upper left weight meets the upper
    left entry of the window. Windows that do not fit into the padded image are left out.

    Returns (out, cache). out has shape (N, F, H_out, W_out), where
    H_out is 1 + (H + 2 pad - HH) // stride and W_out is 1 + (W + 2 pad - WW) // stride; cache is
    what a backward pass would need, here (x, w, b, conv_param). x, w and b stay as they are.
    """
    out = None
    ### BEGIN SOLUTION
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = 1 + (H + 2 * pad - HH) // stride
    W_out = 1 + (W + 2 * pad - WW) // stride

    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, H_out, W_out))
    for n in range(N):
        for f in range(F):
            for i in range(H_out):
                for j in range(W_out):
                    top, left = i * stride, j * stride
                    window = padded[n, :, top : top + HH, left : left + WW]
                    out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    ### END SOLUTION
    cache = (x, w, b, conv_param)
    return out, cache
