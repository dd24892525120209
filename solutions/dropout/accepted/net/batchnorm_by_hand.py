"""Batch norm written inline, with an epsilon of its own."""


class FullyConnectedNet:
    def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10, dropout=1, normalization=None, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.p=dropout; self.bn=normalization=='batchnorm'; self.reg=reg; self.dtype=dtype; self.H=list(hidden_dims)
        self.rng=np.random.RandomState(seed); self.params={}
        d=[input_dim]+self.H+[num_classes]; self.L=len(d)-1
        for i in range(self.L):
            self.params['W%i'%(i+1)]=(weight_scale*np.random.standard_normal((d[i],d[i+1]))).astype(dtype)
            self.params['b%i'%(i+1)]=np.zeros(d[i+1],dtype=dtype)
            if self.bn and i<self.L-1:
                self.params['gamma%i'%(i+1)]=np.ones(d[i+1],dtype=dtype); self.params['beta%i'%(i+1)]=np.zeros(d[i+1],dtype=dtype)
        self.mean=[0]*(self.L-1); self.var=[0]*(self.L-1)
    def loss(self, X, y=None):
        X=np.reshape(X,(X.shape[0],-1)).astype(self.dtype); N=X.shape[0]
        train=y is not None
        masks=[(self.rng.rand(N,h)<self.p)/self.p for h in self.H] if train else [np.ones((N,h)) for h in self.H]
        hs=[X]; xh=[]; st=[]; acts=[]
        P=self.params
        for i in range(1,self.L):
            a=hs[-1].dot(P['W%i'%i])+P['b%i'%i]
            if self.bn:
                if train:
                    mu=a.mean(0); v=a.var(0)
                    self.mean[i-1]=.9*self.mean[i-1]+.1*mu; self.var[i-1]=.9*self.var[i-1]+.1*v
                else: mu,v=self.mean[i-1],self.var[i-1]
                s=np.sqrt(v+1e-8); z=(a-mu)/s; xh.append(z); st.append(s)
                a=P['gamma%i'%i]*z+P['beta%i'%i]
            acts.append(a)
            hs.append(np.maximum(a,0)*masks[i-1])
        scores=hs[-1].dot(P['W%i'%self.L])+P['b%i'%self.L]
        if not train: return scores
        e=np.exp(scores-scores.max(1,keepdims=True)); pr=e/e.sum(1,keepdims=True)
        loss=-np.log(pr[range(N),y]).mean()
        d=pr; d[range(N),y]-=1; d/=N
        g={}
        for i in range(self.L,0,-1):
            g['W%i'%i]=hs[i-1].T.dot(d)+self.reg*P['W%i'%i]; g['b%i'%i]=d.sum(0)
            loss+=.5*self.reg*(P['W%i'%i]**2).sum()
            if i==1: break
            d=d.dot(P['W%i'%i].T)*masks[i-2]*(acts[i-2]>0)
            if self.bn:
                z,s=xh[i-2],st[i-2]
                g['gamma%i'%(i-1)]=(d*z).sum(0); g['beta%i'%(i-1)]=d.sum(0)
                d=P['gamma%i'%(i-1)]*(N*d-d.sum(0)-z*(d*z).sum(0))/(N*s)
        return loss,g
